// Apart, for whoever can only `require`.
const { createHash } = require('node:crypto');

/** What the code of a file with this text is called, before the version. @param {string} text @returns {string} */
exports.codeName = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);
