"""Halves the width and height of a chunk of a film:

{"film": {"bucket", "key"}, "facts", "chunk": {"first", "count"}, "target"} → {"key", "header", "frames"}.
"""

import boto3

FRAME = b"FRAME\n"


class DamagedChunk(Exception):
    """A frame does not begin with FRAME."""


def lambda_handler(event, context):
    film, facts, chunk = event["film"], event["facts"], event["chunk"]
    width, height = facts["width"], facts["height"]
    frame_bytes = len(FRAME) + width * height
    begin = facts["header_bytes"] + chunk["first"] * frame_bytes
    end = begin + chunk["count"] * frame_bytes - 1
    s3 = boto3.client("s3")
    read = s3.get_object(Bucket=film["bucket"], Key=film["key"], Range=f"bytes={begin}-{end}")["Body"].read()
    frames = [read[at : at + frame_bytes] for at in range(0, len(read), frame_bytes)]
    for number, frame in enumerate(frames, chunk["first"]):
        if not frame.startswith(FRAME):
            raise DamagedChunk(f"frame {number} of {film['key']} is damaged")
    smaller = b"".join(FRAME + halved(frame[len(FRAME) :], width, height) for frame in frames)
    s3.put_object(Bucket=film["bucket"], Key=event["target"], Body=smaller)
    print("frames", chunk["first"], "to", chunk["first"] + len(frames) - 1, "are smaller")
    header = f"YUV4MPEG2 W{width // 2} H{height // 2} F{facts['rate']}:1 Ip A1:1 Cmono\n"
    return {"key": event["target"], "header": header, "frames": len(frames)}


def halved(pixels, width, height):
    """Returns the picture at half its size: each pixel is the mean of four."""
    rows = [pixels[y * width : (y + 1) * width] for y in range(height)]
    return bytes(
        (upper[x] + upper[x + 1] + lower[x] + lower[x + 1]) // 4
        for upper, lower in zip(rows[::2], rows[1::2], strict=False)
        for x in range(0, width - 1, 2)
    )
