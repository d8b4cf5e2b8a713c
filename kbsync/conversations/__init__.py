"""Conversations with the chatbot compared with the declared knowledge: transcripts, coverage, answers as words and in pieces."""
