import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonFields, textKey, withField, withJsonField } from '../../../src/wg/conf/json-fields.ts';

describe('withField', () => {
  test.each<[json: string, key: string, value: string | string[] | undefined, after: string | undefined]>([
    ['{}', 'a', 'b', '{"a":"b"}'],
    ['{ }', 'a', 'b', '{"a":"b" }'],
    ['{"x":1}', 'a', 'b', '{"x":1,"a":"b"}'],
    ['{"x": 1.0 }', 'a', 'b', '{"x": 1.0, "a": "b" }'],
    ['{"a": "old", "x": {"a": ["a", "}"]}}', 'a', 'b', '{"a": "b", "x": {"a": ["a", "}"]}}'],
    ['{"x":{"a":1},"a":[1,[2]],"y":12345678901234567890}', 'a', 'b', '{"x":{"a":1},"a":"b","y":12345678901234567890}'],
    ['{"a":1,"a":2}', 'a', 'b', '{"a":1,"a":"b"}'],
    ['{"\\u0061":1}', 'a', 'b', '{"\\u0061":"b"}'],
    ['{"a":"\\"}"}', 'x', ['y'], '{"a":"\\"}","x":["y"]}'],
    ['{"a":1}', 'a', undefined, '{}'],
    ['{"a":1,"b":2}', 'a', undefined, '{"b":2}'],
    ['{"a":1, "b":2, "c":3}', 'b', undefined, '{"a":1, "c":3}'],
    ['{"a":1, "b":2}', 'b', undefined, '{"a":1}'],
    ['{"a":1}', 'b', undefined, '{"a":1}'],
    ['[1]', 'a', 'b', undefined],
    ['{broken', 'a', 'b', undefined],
    ['null', 'a', 'b', undefined],
  ])('%s %s %j', (json, key, value, after) => {
    expect(withField(json, key, value)).toBe(after);
  });

  test('gives what setting the field of the parsed object gives, and the same text when taken back', () => {
    const key = fc.constantFrom('a', 'b', 'name', '"', '{', '');
    // V8 13.6 reads the key "\"" as a backslash once it has read an object with that key, in the same place, after others.
    const value = fc.jsonValue().filter((one) => !JSON.stringify(one).includes('\\'));
    const spaced = fc.tuple(fc.dictionary(key, value, { noNullPrototype: true }), fc.nat({ max: 2 }));
    fc.assert(
      fc.property(spaced, key, fc.string(), ([object, indent], name, value) => {
        const json = JSON.stringify(object, null, indent);
        const after = withField(json, name, value) ?? '';
        expect(JSON.parse(after)).toEqual({ ...JSON.parse(json), [name]: value });
        if (!(name in object)) expect(withField(after, name, undefined)).toBe(json);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a comment', () => {
  test('keeps its spacing', () => {
    expect(withJsonField('##friendly_JSON  :  {"a":1}  ', 'a', 'b')).toBe('##friendly_JSON  :  {"a":"b"}  ');
    expect(withJsonField('# name = x', 'a', 'b')).toBeUndefined();
  });

  test('has the first key that holds a text', () => {
    const comment = '# friendly_json = {"name":"","username":"x","hostname":"y"}';
    expect(textKey(comment, ['name', 'username', 'hostname'])).toBe('username');
    expect(jsonFields(comment)).toEqual({ name: '', username: 'x', hostname: 'y' });
    expect(jsonFields('# friendly_json = {broken')).toBeUndefined();
  });
});
