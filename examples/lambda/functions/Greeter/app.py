"""A function that greets. What it prints goes to the log group /aws/lambda/Greeter."""


class NoName(Exception):
    """There is nobody to greet."""


def lambda_handler(event, context):
    print(f"greeting {event.get('name')!r} with {context.get_remaining_time_in_millis()} ms left")
    if not event.get("name"):
        raise NoName("the input has no name")
    return {"greeting": f"Hello, {event['name']}!"}
