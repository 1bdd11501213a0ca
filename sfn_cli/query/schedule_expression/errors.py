"""The error of schedule expressions."""


class ScheduleExpressionError(ValueError):
    """An expression, or a time zone, that is not valid. AWS gives no reason."""
