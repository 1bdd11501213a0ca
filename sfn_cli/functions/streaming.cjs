// awslambda, the global of Lambda's Node.js runtimes with which handlers stream their response.
//
// A response is collected, and passed on as a whole when the handler has ended its stream.
// https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html

"use strict";

const { Writable } = require("node:stream");

const IS_STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
const WITH_PRELUDE = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END = Buffer.alloc(8); // zeros

class InvalidStreamingOperation extends Error {}
InvalidStreamingOperation.prototype.name = "Runtime.InvalidStreamingOperation";

/** A handler's second argument: what it writes is its response. */
class ResponseStream extends Writable {
    contentType = "application/octet-stream";
    _onBeforeFirstWrite = undefined;
    #pieces = [];
    #isWritten = false;

    setContentType(contentType) {
        if (this.#isWritten) throw new InvalidStreamingOperation("Cannot set content-type, too late.");
        this.contentType = contentType;
    }

    /** Anything but text and bytes is written as JSON. */
    write(chunk, ...rest) {
        const isPlain = typeof chunk === "string" || Buffer.isBuffer(chunk) || chunk?.constructor === Uint8Array;
        if (!this.#isWritten) {
            this.#isWritten = true;
            this._onBeforeFirstWrite?.((piece) => super.write(piece));
        }
        return super.write(isPlain ? chunk : JSON.stringify(chunk), ...rest);
    }

    _write(chunk, _encoding, written) {
        this.#pieces.push(chunk);
        written();
    }

    get body() {
        return Buffer.concat(this.#pieces);
    }
}

/** A response with a status and headers: they go before the body, as JSON. */
class HttpResponseStream {
    static from(stream, prelude) {
        stream.setContentType(WITH_PRELUDE);
        const text = JSON.stringify(prelude);
        stream._onBeforeFirstWrite = (write) => {
            write(text);
            write(PRELUDE_END);
        };
        return stream;
    }
}

const awslambda = {
    streamifyResponse(handler, options) {
        handler[IS_STREAMING] = "response";
        if (typeof options?.highWaterMark === "number") handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
        return handler;
    },
    HttpResponseStream,
};

/** The stream for one response of a handler; undefined if it does not stream. */
function responseStream(handler) {
    if (handler[IS_STREAMING] !== "response") return undefined;
    const highWaterMark = handler[HIGH_WATER_MARK];
    return new ResponseStream(highWaterMark ? { highWaterMark } : {});
}

module.exports = { awslambda, responseStream };
