// Lets functions of custom resources respond to a local URL.
//
// Most of them call https on port 443 of the ResponseURL's host, whatever the URL says (the module cfn-response, the
// CDK's provider framework). bootstrap.mjs loads this file when an event has such a URL. The port is in its path.

"use strict";

const http = require("node:http");
const https = require("node:https");
const Module = require("node:module");
const { urlToHttpOptions } = require("node:url");

const RESPONSE = /^\/custom-resource-responses\/(\d+)\//;
const { request } = https;

https.request = function (target, ...rest) {
    const isUrl = typeof target === "string" || target instanceof URL;
    let options = isUrl ? urlToHttpOptions(new URL(target)) : target;
    const port = RESPONSE.exec(options?.path ?? "")?.[1];
    const host = options?.hostname ?? options?.host;
    if (!port || host !== "127.0.0.1") return request.call(this, target, ...rest);
    if (isUrl && typeof rest[0] === "object") options = { ...options, ...rest.shift() };
    const own = { ...options, host, port: Number(port), protocol: "http:", agent: undefined };
    return http.request(own, ...rest);
};
Module.syncBuiltinESMExports();
