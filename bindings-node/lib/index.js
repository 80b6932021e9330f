'use strict'

module.exports = {
  ...require('./client.js'),
  ...require('./events.js'),
  ...require('./generated/errors.js'),
  ZexaError: require('./errors.js').ZexaError,
}
