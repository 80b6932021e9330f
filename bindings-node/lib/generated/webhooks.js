module.exports = { reviveEvent: (e) => e }
