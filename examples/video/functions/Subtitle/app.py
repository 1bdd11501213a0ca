"""Writes the subtitles of a film (WebVTT), one line per second.

{"title", "seconds", "bucket", "key"} → {"key", "bytes"}
"""

import boto3


def lambda_handler(event, context):
    lines = [
        f"{clock(at)} --> {clock(at + 1)}\n{event['title']}, second {at + 1}\n"
        for at in range(int(event["seconds"]))
    ]
    text = "\n".join(["WEBVTT\n", *lines]).encode()
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=text, ContentType="text/vtt")
    return {"key": event["key"], "bytes": len(text)}


def clock(seconds):
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"
