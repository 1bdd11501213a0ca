"""Readable text: styled lines, durations and times, JSON, shell words, markup."""
