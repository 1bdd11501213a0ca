"""Reads a film's properties from its first line and its size, and divides it into chunks:

{"bucket", "key"} → {"width", "height", "rate", "frames", "header_bytes", "chunks": [{"first", "count"}]}.
"""

import re

import boto3

CHUNK = 8
"""Frames per chunk."""

HEADER = re.compile(rb"YUV4MPEG2 W(\d+) H(\d+) F(\d+):1 .*Cmono\n")


class NotAFilm(Exception):
    """The file does not begin with the header of a Y4M film."""


def lambda_handler(event, context):
    answer = boto3.client("s3").get_object(Bucket=event["bucket"], Key=event["key"], Range="bytes=0-127")
    size = int(answer["ContentRange"].rpartition("/")[2])
    header = HEADER.match(answer["Body"].read())
    if header is None:
        raise NotAFilm(f"{event['key']} is not a Y4M film")
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
