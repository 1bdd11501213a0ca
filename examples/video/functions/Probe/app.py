"""What a film is like, by its first line and its size, and how it is cut:

{"bucket", "key"} → {"width", "height", "rate", "frames", "header_bytes", "chunks": [{"first", "count"}]}.
"""

import re

import boto3

CHUNK = 8
"""So many frames are worked on at a time."""

HEADER = re.compile(rb"YUV4MPEG2 W(\d+) H(\d+) F(\d+):1 .*Cmono\n")


class NotAFilm(Exception):
    """It has not the first line of a film that the others can read."""


def lambda_handler(event, context):
    answer = boto3.client("s3").get_object(Bucket=event["bucket"], Key=event["key"], Range="bytes=0-127")
    size = int(answer["ContentRange"].rpartition("/")[2])
    header = HEADER.match(answer["Body"].read())
    if header is None:
        raise NotAFilm(f"{event['key']} does not begin as a film does")
    width, height, rate = map(int, header.groups())
    frames = (size - header.end()) // (len(b"FRAME\n") + width * height)
    chunks = [{"first": first, "count": min(CHUNK, frames - first)} for first in range(0, frames, CHUNK)]
    return {
        "width": width,
        "height": height,
        "rate": rate,
        "frames": frames,
        "header_bytes": header.end(),
        "chunks": chunks,
    }
