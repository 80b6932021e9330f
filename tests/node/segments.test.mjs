// `segments()` and `estimate()`: their results in JavaScript, and invalid arguments. The scenarios test the numbers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SMS, thrown } from './examples.mjs'
import { estimate, SmsEncoding, segments, ValidationError } from './zexa.mjs'

test('the segments of a text are a plain object without absent fields', () => {
  assert.deepEqual(segments('Hello'), { count: 1, encoding: SmsEncoding.Gsm7, extra: {} })
  assert.deepEqual(segments('Olá'), { count: 1, encoding: SmsEncoding.Ucs2, firstNonGsm7: 'á', extra: {} })
})

test('texts that are not text', () => {
  for (const text of [undefined, null, 5, {}, Buffer.from('Hello'), 'half of an emoji: \ud83d']) {
    const error = thrown(() => segments(text))
    assert.ok(error instanceof ValidationError, String(text))
    assert.equal(error.details.field, 'text')
    assert.match(error.stack, /segments\.test\.mjs/)
  }
})

test('the parameters of messages.send() are those of estimate()', () => {
  assert.equal(estimate(SMS), 1)
  assert.equal(estimate({ ...SMS, scheduledAt: new Date() }), 1)
  assert.equal(estimate({ ...SMS, body: undefined, templateId: 'tpl_1' }), undefined)
  assert.equal(thrown(() => estimate({ ...SMS, text: 'Hello' })).details.field, 'text')
  assert.equal(thrown(() => estimate({ ...SMS, body: 5 })).details.field, 'body')
  assert.equal(thrown(() => estimate('Hello')).details.field, 'parameters')
  assert.equal(thrown(() => estimate()).details.field, 'channel')
})
