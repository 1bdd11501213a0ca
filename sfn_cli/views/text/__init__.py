"""Text for people: styled lines, spans of time and moments, JSON, words of a shell, markup."""
