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
const LEVELS = { log: "INFO", debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR", trace: "TRACE" };
const EXIT_UNCAUGHT = 129;
const EXIT_UNHANDLED = 128;

// A wrapper (AWS_LAMBDA_EXEC_WRAPPER) may have changed the handler in the environment.
const [folder, handlerName] = process.argv.length > 2 ? process.argv.slice(2) : [FACTS.LAMBDA_TASK_ROOT, FACTS._HANDLER];
const control = new net.Socket({ fd: CONTROL, readable: true, writable: true });
const require = createRequire(import.meta.url);
let handler = null;
let fault = null;
let current = null; // the invocation that is not answered yet

/** An error of the function itself, with Lambda's type and message. */
class FunctionError extends Error {
    constructor(name, message, stack = "") {
        super(message);
        this.name = name;
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
        fail(invocation, fault, { last: true });
        return;
    }
    control.unref(); // from here on, only the handler keeps the event loop alive
    const finish = (error, result) => {
        if (invocation === current && !invocation.postponed) {
            invocation.postponed = () => (error == null ? succeed(invocation, result) : fail(invocation, error));
            if (!invocation.waits) invocation.postponed();
        }
    };
    try {
        if (body.includes("/custom-resource-responses/")) require("./environment/custom_resources.cjs");
        const returned = handler(JSON.parse(body), context(invocation, head, finish), finish);
        if (typeof returned?.then === "function") {
            returned.then(
                (result) => succeed(invocation, result),
                (error) => fail(invocation, error),
            );
        }
    } catch (error) {
        fail(invocation, error);
    }
}

// A handler that neither returned a promise nor called back has ended when the event loop is empty.
process.on("beforeExit", () => {
    const invocation = current;
    if (invocation) {
        (invocation.postponed ?? (() => succeed(invocation, null)))();
    }
});

function context(invocation, head, finish) {
    const deadline = invocation.began + head.remaining;
    return {
        get callbackWaitsForEmptyEventLoop() {
            return invocation.waits;
        },
        set callbackWaitsForEmptyEventLoop(waits) {
            invocation.waits = waits;
        },
        succeed: (result) => finish(null, result),
        fail: (error) => finish(error ?? "handled"),
        done: finish,
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

function succeed(invocation, result) {
    let payload;
    try {
        payload = JSON.stringify(result === undefined ? null : result) ?? "null";
        if (Buffer.byteLength(payload) > MAX_RESPONSE_BYTES) {
            const message = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
            throw new FunctionError("Function.ResponseSizeTooLarge", message);
        }
    } catch (error) {
        fail(invocation, error instanceof FunctionError ? error : new FunctionError("Runtime.MarshalError", "Unable to stringify response body"));
        return;
    }
    done(invocation, payload, null);
}

function fail(invocation, error, { last = false, ends = false } = {}, label = "Invoke Error") {
    if (invocation !== current) return;
    const { errorType, errorMessage, trace } = errorReport(error);
    writeLog("ERROR", `${label} \t${JSON.stringify({ errorType, errorMessage, ...error, name: undefined, stack: trace })}`);
    done(invocation, JSON.stringify({ errorType, errorMessage, trace }), errorType, last, ends);
}

function errorReport(error) {
    if (util.types.isNativeError(error) || (error?.name && error.message && typeof error.stack === "string")) {
        const lines = String(error.stack).split("\n");
        const ours = lines.findIndex((line) => line.includes(import.meta.url)); // the frame that called the handler
        const trace = lines.slice(0, ours < 0 ? undefined : ours).map((line) => line.replaceAll(folder, TASK_ROOT));
        return { errorType: error.name, errorMessage: error.message, trace };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
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
process.on("unhandledRejection", (reason) => {
    const stack = util.types.isNativeError(reason) ? reason.stack : "";
    end(new FunctionError("Runtime.UnhandledPromiseRejection", String(reason), stack), EXIT_UNHANDLED, "Unhandled Promise Rejection");
});

function end(error, code, label) {
    if (current) {
        fail(current, error, { ends: true }, label);
    } else {
        writeLog("ERROR", `${label} \t${JSON.stringify(errorReport(error))}`);
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
    let data = Buffer.from(`${line.replaceAll("\n", "\r")}\n`);
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
try {
    handler = await load();
} catch (error) {
    fault = error;
}
send({}, "");
