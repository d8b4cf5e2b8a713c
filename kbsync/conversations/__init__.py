"""What was said to the chatbot, held against what git declares, and drafts streamed into a session: values in, values out."""
