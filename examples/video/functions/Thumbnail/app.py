"""Makes a PNG of the frame in the middle of a film.

{"film": {"bucket", "key"}, "facts", "key"} → {"key", "bytes"}
"""

import struct
import zlib

import boto3


def lambda_handler(event, context):
    film, facts = event["film"], event["facts"]
    pixels = facts["width"] * facts["height"]
    begin = facts["header_bytes"] + facts["frames"] // 2 * (len(b"FRAME\n") + pixels) + len(b"FRAME\n")
    s3 = boto3.client("s3")
    requested = f"bytes={begin}-{begin + pixels - 1}"
    frame = s3.get_object(Bucket=film["bucket"], Key=film["key"], Range=requested)["Body"].read()
    picture = png(frame, facts["width"], facts["height"])
    s3.put_object(Bucket=film["bucket"], Key=event["key"], Body=picture, ContentType="image/png")
    return {"key": event["key"], "bytes": len(picture)}


def png(grey, width, height):
    """Returns a PNG with 8 bits of grey per pixel; the byte 0 before each row means no filter.

    https://www.w3.org/TR/png-3/
    """
    rows = b"".join(b"\0" + grey[y * width : (y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
