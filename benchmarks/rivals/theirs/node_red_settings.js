// Node-RED for the job: PostgreSQL and HMAC within reach of function nodes, raw bodies kept for the signature.
const { Pool } = require(process.env.RIVAL_MODULES + "/pg");
const pool = new Pool({ connectionString: process.env.RIVAL_DATABASE, max: 16 });
module.exports = {
    uiPort: Number(process.env.RIVAL_PORT),
    uiHost: "127.0.0.1",
    userDir: process.env.RIVAL_FOLDER,
    flowFile: "flow.json",
    httpAdminRoot: false,
    credentialSecret: false,
    telemetry: { enabled: false },
    logging: { console: { level: "warn" } },
    functionGlobalContext: { pool, crypto: require("crypto") },
    httpNodeMiddleware: (req, res, next) => {
        const parts = [];
        req.on("data", (part) => parts.push(part));
        req.on("end", () => {
            req.rawBody = Buffer.concat(parts);
            req.body = {};
            req._body = true;
            next();
        });
    },
};
