// Gives AWS's SDKs for JavaScript the endpoint in AWS_ENDPOINT_URL, where they do not read it themselves.
//
// aws-sdk (v2) never reads it, nor does @aws-sdk (v3) before 3.451. Each is set up when its own module is loaded,
// so a function that has no SDK costs nothing. An endpoint in the function's code takes precedence.

"use strict";

const dns = require("node:dns");
const Module = require("node:module");
const path = require("node:path");

const ENDPOINT = "AWS_ENDPOINT_URL";
const V2 = /[\\/]aws-sdk[\\/]lib[\\/](core|node_loader)\.js$/;
const V3 = /[\\/]@(aws-sdk|smithy)[\\/]smithy-client[\\/]dist-cjs[\\/](index|client)\.js$/;
const V2_NAMES = { sfn: "stepfunctions" };
const UNDER_LOOPBACK = /^[a-z0-9.-]+[-.]127\.0\.0\.1$/i;

function endpointOf(serviceId) {
    const { env } = process;
    if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === "true") return undefined;
    return env[`${ENDPOINT}_${serviceId.toUpperCase().replaceAll(" ", "_")}`] || env[ENDPOINT] || undefined;
}

/** Sets the endpoints of all services of aws-sdk v2. */
function setUpV2(AWS) {
    const url = endpointOf("");
    if (!AWS?.config?.update || AWS.config.endpoint) return;
    const common = { s3ForcePathStyle: true, hostPrefixEnabled: false };
    if (url) AWS.config.update({ ...common, endpoint: url, sslEnabled: url.startsWith("https:") }, true);
    for (const [name, value] of Object.entries(process.env)) {
        if (name.startsWith(`${ENDPOINT}_`) && value) {
            const id = name.slice(ENDPOINT.length + 1).toLowerCase().replaceAll("_", "");
            AWS.config[V2_NAMES[id] ?? id] = { ...common, endpoint: value };
        }
    }
}

/** Sets the endpoint of each client of @aws-sdk v3 when it sends its first request. */
function setUpV3(Client) {
    const send = Client?.prototype?.send;
    if (typeof send !== "function") return;
    const seen = new WeakSet();
    Client.prototype.send = function (...parameters) {
        const { config } = this;
        if (config && !seen.has(config)) {
            seen.add(config);
            setUpClient(config);
        }
        return send.apply(this, parameters);
    };
}

function setUpClient(config) {
    const url = typeof config.serviceId === "string" ? endpointOf(config.serviceId) : undefined;
    if (!url || config.isCustomEndpoint) return;
    const { protocol, hostname, port, pathname } = new URL(url);
    const own = { protocol, hostname, port: port ? Number(port) : undefined, path: pathname };
    const usual = config.endpoint;
    // The first versions do not say whether their endpoint is the code's own or AWS's.
    const isUnknown = config.isCustomEndpoint === undefined && typeof usual === "function";
    config.endpoint = async () => {
        const given = isUnknown ? await usual() : own;
        return /\.amazonaws\.com(\.cn)?$/.test(given.hostname) ? own : given;
    };
    config.isCustomEndpoint = true;
    config.disableHostPrefix = true;
    config.forcePathStyle = true; // the endpoint is an address, which has no subdomains for buckets
}

const loadScript = Module._extensions[".js"];
Module._extensions[".js"] = function (module, filename) {
    loadScript.apply(this, arguments);
    if (V2.test(filename)) {
        setUpV2(module.require(path.join(path.dirname(filename), "core.js")));
    } else if (V3.test(filename)) {
        setUpV3(module.exports.Client);
    }
};

// A client that is part of a bundle, and so not set up here, puts prefixes before the endpoint's address: sync-127.0.0.1.
const { lookup } = dns;
dns.lookup = function (hostname, ...parameters) {
    return lookup.call(this, UNDER_LOOPBACK.test(hostname) ? "127.0.0.1" : hostname, ...parameters);
};
