// The child's side in Node.js: loads one handler, then answers one invocation after another.
//
// Descriptors, messages and rules are those of bootstrap.py, which ties this process to its parent before it
// becomes this program. Handlers see, and errors are reported, as in Lambda's Node.js runtimes:
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html

import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";

const [CONTROL, LIFELINE] = [3, 4];
const MAX_RESPONSE_BYTES = 6_291_556;
const TASK_ROOT = "/var/task"; // the folder of the code on AWS, as stack traces show it
const PACKAGES = JSON.parse(process.env._SFN_PACKAGES ?? "{}"); // {"folders": those of NODE_PATH, "layers": […]}
delete process.env._SFN_PACKAGES;
const FACTS = { ...process.env }; // the original environment: a handler may change its own
const VERSION = Number(/nodejs(\d+)/.exec(FACTS.AWS_EXECUTION_ENV ?? "")?.[1] ?? 0); // of the function's Runtime
const LEVELS = { log: "INFO", debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR", trace: "TRACE", fatal: "FATAL" };
const EVENT_BREAK = "\x1e\0\r"; // a line break within one event of the log (rule 3)
const EXIT_UNCAUGHT = 129;
const EXIT_UNHANDLED = 128;

// A wrapper (AWS_LAMBDA_EXEC_WRAPPER) may have changed the handler in the environment.
const [folder, handlerName] = process.argv.length > 2 ? process.argv.slice(2) : [FACTS.LAMBDA_TASK_ROOT, FACTS._HANDLER];
const control = new net.Socket({ fd: CONTROL, readable: true, writable: true });
const require = createRequire(import.meta.url);
const { awslambda, responseStream } = require("./streaming.cjs");
let handler = null;
let fault = null;
let current = null; // the invocation that is not answered yet

/** An error of the function itself, with Lambda's type and message. */
class FunctionError extends Error {
    constructor(name, message, stack = "") {
        super(message);
        Object.defineProperty(this, "name", { value: name }); // the log shows an error's enumerable properties
        this.stack = [`${name}: ${message}`, ...stack.split("\n").filter((line) => line.startsWith("    at "))].join("\n");
    }
}

// The handler

async function load() {
    if (handlerName.includes("..")) {
        const message = `'${handlerName}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`;
        throw new FunctionError("Runtime.MalformedHandlerName", message);
    }
    const base = path.basename(handlerName);
    const [, moduleName, exportName] = /^([^.]*)\.(.*)$/.exec(base) ?? [];
    if (!exportName) {
        throw new FunctionError("Runtime.MalformedHandlerName", "Bad handler");
    }
    const module = await imported(path.resolve(folder, path.dirname(handlerName), moduleName), moduleName);
    const found = exportName.split(".").reduce((owner, name) => owner?.[name], module);
    if (typeof found !== "function") {
        const what = found ? "is not a function" : "is undefined or not exported";
        throw new FunctionError("Runtime.HandlerNotFound", `${handlerName} ${what}`);
    }
    if (VERSION >= 24 && found.length > 2 && !responseStream(found)) {
        const message =
            "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You " +
            "need to modify this function to use a supported handler signature to use Node.js 24 or later. For more " +
            "information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.";
        throw new FunctionError("Runtime.CallbackHandlerDeprecated", message);
    }
    return found;
}

async function imported(file, moduleName) {
    const require = createRequire(path.join(folder, "index.js"));
    try {
        const suffix = ["", ".js", ".mjs", ".cjs"].find((each) => fs.statSync(file + each, { throwIfNoEntry: false })?.isFile());
        const isImported = suffix === ".mjs" || (suffix === ".js" && isModule(path.dirname(file)));
        await findPackages(isImported || (suffix !== undefined && /\bimport\s*\(/.test(fs.readFileSync(file + suffix, "latin1"))));
        if (isImported) {
            return await import(pathToFileURL(file + suffix).href);
        }
        return require(suffix === undefined ? require.resolve(moduleName) : file + suffix);
    } catch (error) {
        if (error instanceof SyntaxError) {
            throw new FunctionError("Runtime.UserCodeSyntaxError", String(error), error.stack);
        }
        if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") {
            throw new FunctionError("Runtime.ImportModuleError", String(error), error.stack);
        }
        throw error;
    }
}

async function findPackages(usesImport) {
    if (PACKAGES.folders?.length || PACKAGES.layers?.length) {
        const { install } = await import("./resolution.mjs");
        install(PACKAGES, usesImport);
    }
}

/** Whether the nearest package.json, up to the function's folder, makes .js files ES modules. */
function isModule(at) {
    const file = path.join(at, "package.json");
    if (fs.existsSync(file)) {
        try {
            return JSON.parse(fs.readFileSync(file, "utf8")).type === "module";
        } catch {
            return false;
        }
    }
    const above = path.dirname(at);
    return at !== folder && above !== at && isModule(above);
}

// Invocations

function answer(head, body) {
    const invocation = { id: head.id, began: performance.now(), postponed: null, waits: true };
    current = invocation;
    process.env._X_AMZN_TRACE_ID = head.trace;
    if (fault) {
        fail(invocation, fault, { last: true }, "Uncaught Exception");
        return;
    }
    control.unref(); // from here on, only the handler keeps the event loop alive
    if (body.includes("/custom-resource-responses/")) require("./environment/custom_resources.cjs");
    const stream = responseStream(handler);
    if (stream) {
        answerWithStream(invocation, head, body, stream);
    } else {
        answerWithResult(invocation, head, body);
    }
}

function answerWithResult(invocation, head, body) {
    let isOver = false; // only the first of a result, an error and a callback counts
    const first = (act) => (...values) => {
        if (!isOver) {
            act(...values);
            isOver = true;
        }
    };
    const settle = (error, result) => (isGiven(error) ? fail(invocation, error) : succeed(invocation, result));
    const done = first(settle);
    const callback = first((error, result) => {
        if (isGiven(error) || !invocation.waits) {
            settle(error, result);
        } else {
            invocation.postponed = () => succeed(invocation, result);
        }
    });
    const methods = {
        succeed: (result) => done(null, result),
        fail: (error) => done(error ?? "handled"),
        done,
    };
    try {
        const returned = handler(JSON.parse(body), Object.assign(context(invocation, head), methods), callback);
        if (typeof returned?.then === "function") returned.then(methods.succeed, methods.fail).catch(methods.fail);
    } catch (error) {
        callback(error);
    }
}

async function answerWithStream(invocation, head, body, stream) {
    try {
        const returned = handler(JSON.parse(body), stream, context(invocation, head));
        if (typeof returned?.then !== "function") {
            fail(invocation, "Streaming does not support non-async handlers.");
            return;
        }
        invocation.postponed = () => fail(invocation, "Response stream is not finished.");
        const finished = new Promise((resolve, reject) => stream.on("finish", resolve).on("error", reject));
        finished.catch(() => {}); // reported below, unless the handler has failed before
        if ((await returned) !== undefined) console.warn("Streaming handlers ignore return values.");
        await finished;
        respond(invocation, stream.body);
    } catch (error) {
        fail(invocation, error);
    }
}

function isGiven(error) {
    return error !== undefined && error !== null;
}

// The event loop is empty: a callback's result is sent. Without one, only an async handler has failed.
process.on("beforeExit", () => {
    const invocation = current;
    if (!invocation) return;
    if (invocation.postponed) {
        try {
            invocation.postponed();
        } catch (error) {
            end(error, EXIT_UNCAUGHT, "Uncaught Exception");
        }
    } else if (handler.constructor?.name === "AsyncFunction") {
        const message =
            "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a " +
            "Promise that was never settled. For more information, see " +
            "https://nodejs.org/docs/latest/api/process.html#exit-codes";
        fail(invocation, new FunctionError("Runtime.NodeJsExit", message));
    } else {
        succeed(invocation, null);
    }
});

function context(invocation, head) {
    const deadline = invocation.began + head.remaining;
    return {
        get callbackWaitsForEmptyEventLoop() {
            return invocation.waits;
        },
        set callbackWaitsForEmptyEventLoop(waits) {
            invocation.waits = waits;
        },
        functionVersion: FACTS.AWS_LAMBDA_FUNCTION_VERSION,
        functionName: FACTS.AWS_LAMBDA_FUNCTION_NAME,
        memoryLimitInMB: FACTS.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: FACTS.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: FACTS.AWS_LAMBDA_LOG_STREAM_NAME,
        clientContext: head.client_context === undefined ? undefined : JSON.parse(head.client_context),
        identity: undefined,
        invokedFunctionArn: head.arn,
        awsRequestId: head.id,
        getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
    };
}

/** Sends a handler's result. Throws an error if it cannot be JSON. */
function succeed(invocation, result) {
    let payload;
    try {
        payload = JSON.stringify(result === undefined ? null : result);
    } catch {
        const message = "Unable to stringify response body";
        throw VERSION >= 24 ? new FunctionError("Runtime.JSONStringifyError", message) : runtimeError(new Error(message));
    }
    if (payload === undefined) throw runtimeError(new TypeError("Wrong arguments")); // a function or a symbol
    respond(invocation, payload);
}

/** An error that a handler caused, without the frames of this file. */
function runtimeError(error) {
    error.stack = `${error.name}: ${error.message}`;
    return error;
}

function respond(invocation, payload) {
    if (Buffer.byteLength(payload) <= MAX_RESPONSE_BYTES) {
        done(invocation, payload, null);
        return;
    }
    const report = {
        errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
        errorType: "Function.ResponseSizeTooLarge",
    };
    done(invocation, JSON.stringify(report), report.errorType);
}

function fail(invocation, error, { last = false, ends = false } = {}, label = "Invoke Error") {
    if (invocation !== current) return;
    logError(label, error);
    const report = errorReport(error);
    done(invocation, JSON.stringify(report), report.errorType ?? "Error", last, ends);
}

function errorReport(error) {
    try {
        if (util.types.isNativeError(error) || isLikeError(error)) {
            const trace = traceOf(error.stack).map(escaped);
            return { errorType: escaped(error.name), errorMessage: escaped(error.message), trace };
        }
        return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
    } catch {
        const errorMessage =
            "callback called with Error argument, but there was a problem while retrieving one or more of its " +
            "message, name, and stack";
        return { errorType: "handled", errorMessage };
    }
}

function isLikeError(value) {
    return [value?.name, value?.message, value?.stack].every((member) => member && typeof member === "string");
}

function escaped(text) {
    return text?.replaceAll("\x7F", "%7F");
}

/** The lines of a stack trace, up to the frame that called the handler, with paths as on AWS. */
function traceOf(stack) {
    const lines = stack.split("\n");
    const ours = lines.findIndex((line) => line.includes(import.meta.url));
    return lines.slice(0, ours < 0 ? undefined : ours).map((line) => line.replaceAll(folder, TASK_ROOT));
}

/** Logs an error with its type, its message and its enumerable properties; anything else as the message of one. */
function logError(label, error) {
    let text;
    try {
        const known = error instanceof Error ? error : runtimeError(new Error(error));
        text = JSON.stringify(known, (_, value) => (value instanceof Error ? describedError(value) : value));
    } catch {
        text = JSON.stringify(errorReport(error));
    }
    writeLog("ERROR", `${label} \t${text}`);
}

function describedError(error) {
    const described = { errorType: error.name, errorMessage: error.message, code: error.code, ...error };
    return typeof error.stack === "string" ? { ...described, stack: traceOf(error.stack) } : described;
}

function done(invocation, payload, error, last = false, ends = false) {
    if (invocation !== current) return; // it has already been answered
    current = null;
    control.ref();
    const duration = performance.now() - invocation.began;
    send({ duration, memory: process.resourceUsage().maxRSS, error, last, ends }, payload);
}

// An uncaught error fails the running invocation, and ends the process, as on AWS.
process.on("uncaughtException", (error) => end(error, EXIT_UNCAUGHT, "Uncaught Exception"));
process.on("unhandledRejection", (reason, promise) => {
    const { message } = new Error(reason);
    const error = new FunctionError("Runtime.UnhandledPromiseRejection", message, reason?.stack?.toString() ?? "");
    end(Object.assign(error, { reason, promise }), EXIT_UNHANDLED, "Unhandled Promise Rejection");
});

function end(error, code, label) {
    if (current) {
        fail(current, error, { ends: true }, label);
    } else {
        logError(label, error);
    }
    control.end(() => process.exit(code));
}

// The log

for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...values) => writeLog(level, util.format(...values));
}

/** Writes one event of the log, including line breaks, before the answer is written. */
function writeLog(level, text) {
    const line = [new Date().toISOString(), current?.id ?? "undefined", level, text].join("\t");
    let data = Buffer.from(`${line.replaceAll("\n", EVENT_BREAK)}\n`);
    while (data.length) {
        try {
            data = data.subarray(fs.writeSync(1, data));
        } catch (error) {
            if (error.code !== "EAGAIN") return;
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // the pipe is full: wait for its reader
        }
    }
}

// The pool

function send(head, body) {
    const [text, data] = [Buffer.from(JSON.stringify(head)), Buffer.from(body)];
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(text.length, 0);
    lengths.writeUInt32BE(data.length, 4);
    control.write(Buffer.concat([lengths, text, data]));
}

let received = [];
let size = 0;

control.on("data", (data) => {
    received.push(data);
    size += data.length;
    if (size < 8) return;
    const start = received.length === 1 ? data : (received = [Buffer.concat(received)])[0];
    const [headLength, bodyLength] = [start.readUInt32BE(0), start.readUInt32BE(4)];
    if (size < 8 + headLength + bodyLength) return;
    received = [];
    size = 0; // one message at a time: the next comes after the answer
    answer(JSON.parse(start.toString("utf8", 8, 8 + headLength)), start.toString("utf8", 8 + headLength));
});
control.on("error", () => process.exit(0));
control.on("end", () => process.exit(0)); // the pool has ended

if (process.platform !== "linux") {
    // Elsewhere the kernel does not kill a process that ignores SIGIO.
    const lifeline = new net.Socket({ fd: LIFELINE, readable: true, writable: false }).on("close", () => process.kill(-process.pid, "SIGKILL"));
    lifeline.resume().unref();
}

require("./environment/sdk_endpoints.cjs");
process.chdir(folder);
if (!["1", "true"].includes(FACTS.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) globalThis.awslambda = awslambda;
try {
    handler = await load();
} catch (error) {
    fault = error;
}
send({}, "");
