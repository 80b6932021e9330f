// The addon.
'use strict'

module.exports = require('../zexa.linux-x64-gnu.node')
