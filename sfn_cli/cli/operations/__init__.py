"""Operations at the terminal: from argv, by the service model, to the printed response."""
