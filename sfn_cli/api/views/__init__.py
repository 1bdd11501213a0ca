"""What views are made from: reads of the store that AWS has no operation for."""
