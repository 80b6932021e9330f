'use strict'
const { ZexaError, define } = require('../errors.js')
class APIError extends ZexaError {}
define(APIError, 'APIError', 'other')
class ConfigError extends ZexaError {}
define(ConfigError, 'ConfigError', 'config')
class ValidationError extends APIError {}
define(ValidationError, 'ValidationError', 'validation')
class CancelledError extends APIError {}
define(CancelledError, 'CancelledError', 'cancelled')
module.exports = { APIError, ConfigError, ValidationError, CancelledError }
