"""How each of AWS's protocols reads and writes."""
