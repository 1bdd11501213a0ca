// Resolves packages and layers that are not beside a Node.js child's code.
//
// `require` finds packages by NODE_PATH, which `import` ignores. On AWS, layers are below /opt, and handlers may
// use absolute paths there. bootstrap.mjs loads this module into the handler's thread, and Node.js loads it into
// the thread of its hooks.
// https://nodejs.org/api/module.html#customization-hooks

import fs from "node:fs";
import module, { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OPT = "/opt/";
const NOT_FOUND = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);
let packages = { folders: [], layers: [] };

/** Hooks `require` to find files of layers, and, if the code uses it, `import` to find packages and layers. */
export function install(found, usesImport) {
    packages = { folders: found.folders ?? [], layers: found.layers ?? [] };
    if (packages.layers.length) {
        const original = module._resolveFilename;
        module._resolveFilename = function (request, ...rest) {
            return original.call(this, inLayer(request), ...rest);
        };
    }
    if (!usesImport) return;
    if (module.registerHooks) {
        module.registerHooks({ resolve: resolveNow });
    } else if (module.register) {
        module.register(import.meta.url, { data: packages });
    }
}

/** Called by Node.js in the thread of the hooks, with `data`. */
export function initialize(data) {
    packages = data;
}

/** The hook of `module.register`. */
export async function resolve(specifier, context, next) {
    const wanted = fromLayer(specifier);
    try {
        return await next(wanted, context);
    } catch (error) {
        for (const parent of parents(wanted, error)) {
            try {
                return await next(wanted, { ...context, parentURL: parent });
            } catch (again) {
                if (!NOT_FOUND.has(again?.code)) throw again;
            }
        }
        throw error;
    }
}

function resolveNow(specifier, context, next) {
    const wanted = fromLayer(specifier);
    try {
        return next(wanted, context);
    } catch (error) {
        for (const parent of parents(wanted, error)) {
            try {
                return next(wanted, { ...context, parentURL: parent });
            } catch (again) {
                if (!NOT_FOUND.has(again?.code)) throw again;
            }
        }
        throw error;
    }
}

/** Modules from which the packages' folders are the nearest node_modules. */
function parents(specifier, error) {
    if (!NOT_FOUND.has(error?.code) || /^(\.|\/|#|[a-z]+:)/.test(specifier)) return [];
    return packages.folders.map((folder) => pathToFileURL(path.join(path.dirname(folder), "sfn.mjs")).href);
}

/** The local file for a file of a layer; the request itself, if no layer has it. */
function inLayer(request) {
    if (typeof request !== "string" || !request.startsWith(OPT) || fs.existsSync(request)) return request;
    for (const layer of packages.layers.toReversed?.() ?? [...packages.layers].reverse()) {
        const file = path.join(layer, request.slice(OPT.length));
        try {
            return createRequire(path.join(layer, "sfn.js")).resolve(file);
        } catch (error) {
            if (!NOT_FOUND.has(error?.code)) throw error;
        }
    }
    return request;
}

function fromLayer(specifier) {
    const request = specifier.startsWith("file:///opt/") ? fileURLToPath(specifier) : specifier;
    const found = inLayer(request);
    return found === request ? specifier : pathToFileURL(found).href;
}
