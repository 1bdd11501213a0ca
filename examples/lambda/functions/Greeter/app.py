"""Returns a greeting. Its output is in the log group /aws/lambda/Greeter."""


class NoName(Exception):
    """The input has no name."""


def lambda_handler(event, context):
    print(f"greeting {event.get('name')!r} with {context.get_remaining_time_in_millis()} ms left")
    if not event.get("name"):
        raise NoName("the input has no name")
    return {"greeting": f"Hello, {event['name']}!"}
