"""What every operation's request and answer have in common: shapes, constraints, paging, long polls."""
