"""Films a ball that rolls over a grey floor, in the format Y4M.

{"bucket", "key", "seconds", "damaged_frame"} → {"bytes"}

Y4M is a line about the film, then each frame: the line "FRAME", and here (Cmono) a byte for each pixel.
https://wiki.multimedia.cx/index.php/YUV4MPEG2
"""

import boto3

WIDTH, HEIGHT, RATE, RADIUS = 64, 48, 8, 8


def lambda_handler(event, context):
    frames = [b"FRAME\n" + picture(number) for number in range(event["seconds"] * RATE)]
    if event["damaged_frame"] >= 0:
        frames[event["damaged_frame"]] = b"noise\n" + bytes(WIDTH * HEIGHT)
    film = b"YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 Cmono\n" % (WIDTH, HEIGHT, RATE) + b"".join(frames)
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=film)
    print("filmed", len(frames), "frames")
    return {"bytes": len(film)}


def picture(number):
    left, top = (RADIUS + 2 * number) % WIDTH, HEIGHT // 2
    return bytes(
        240 if (x - left) ** 2 + (y - top) ** 2 <= RADIUS**2 else 40 + y
        for y in range(HEIGHT)
        for x in range(WIDTH)
    )
