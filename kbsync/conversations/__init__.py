"""What was said to the chatbot, held against what git declares: values in, values out.

How transcripts are fetched belongs to ``wiring``, how the findings look to ``render``. Nothing heavy is imported here.
"""
