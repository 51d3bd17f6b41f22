import { describe, expect, onTestFinished, test } from 'vitest'
import { failingDynamo, useAdmin } from './admin.ts'

const { RELAY, file, run, runWith } = useAdmin()

describe('arguments', () => {
  test('help shows every command, a command’s help its own', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const name of ['pbx invite', 'pbx list', 'pbx revoke', 'pbx quota', 'keys list', 'keys revoke'])
      expect(stdout).toContain(`  ${name}`)
    const own = await run('keys', 'revoke', '--help')
    expect(own).toMatchObject({ code: 0, stdout: expect.stringContaining('wakecall-admin keys revoke NAME KEYID') })
  })

  test('all that is wrong is said at once, with the form that is allowed', async () => {
    const { code, stdout, stderr } = await run('pbx', 'invite', 'Büro', '--devices', 'many', '--pushes', '0')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^NAME: must be 1 to 63 characters of a-z 0-9 -/m)
    for (const name of ['--devices', '--pushes']) expect(stderr).toMatch(new RegExp(`^${name}: must be a whole number`, 'm'))
    expect(stderr).toMatch(/^usage: wakecall-admin pbx invite NAME/m)
  })

  test.each([
    ['no command', []],
    ['an unknown command', ['pbx', 'create', 'x']],
    ['no name', ['pbx', 'invite']],
    ['two names', ['pbx', 'invite', 'a', 'b']],
    ['an unknown option', ['pbx', 'invite', 'a', '--device', '5']],
    ['an option of another command', ['pbx', 'list', '--devices', '5']],
    ['an option without its value', ['pbx', 'quota', 'a', '--devices']],
    ['an empty label', ['pbx', 'invite', 'a', '--name', '']],
    ['no configuration there', ['pbx', 'invite', 'a', '--config', 'nowhere.ts']],
  ])('%s is a usage error', async (_, args) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.length).toBeGreaterThan(10)
  })

  test('a configuration with errors is named for them', async () => {
    file('bad.config.ts', 'export const config = { quotas: { devices: 0 } }')
    const { code, stderr } = await run('pbx', 'invite', 'a', '--config', 'bad.config.ts')
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('quotas.devices') })
  })
})

describe('outputs', () => {
  test.each([
    ['no file', undefined, [], /no absent\.json.*cdk deploy --outputs-file/],
    ['no JSON', 'hello', [], /does not hold the outputs/],
    ['another form', ['RelayUrl'], [], /does not hold the outputs/],
    ['no relay', { other: { Url: 'x' } }, [], /no stack with the outputs RelayUrl and TableName/],
    ['several relays', { dev: RELAY, prod: RELAY }, [], /several relays: choose one of dev, prod with --stack/],
    ['another stack', { dev: RELAY, prod: RELAY }, ['--stack', 'test'], /no relay in a stack test: it has dev, prod/],
  ])('%s: said with the next step', async (_, content, more, says) => {
    if (content !== undefined) file('given.json', content)
    const { code, stdout, stderr } = await run('pbx', 'list', '--outputs', content ? 'given.json' : 'absent.json', ...more)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(says)
  })

  test.each([
    ['the only relay among other stacks', { other: { Url: 'x' }, dev: RELAY }, []],
    ['the stack that is named', { dev: { ...RELAY, TableName: 'no-such-table' }, prod: RELAY }, ['--stack', 'prod']],
  ])('%s is taken', async (_, content, more) => {
    file('given.json', content)
    const listed = await run('pbx', 'list', '--outputs', 'given.json', ...more)
    expect(listed).toEqual({ code: 0, stdout: expect.stringContaining('pbx invite NAME'), stderr: '' })
  })
})

describe('AWS', () => {
  const without = (...names: string[]) => Object.fromEntries(names.map((name) => [name, undefined]))

  test.each([
    ['no credentials', without('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'), /no AWS credentials.*AWS_PROFILE/],
    ['no region', without('AWS_REGION', 'AWS_DEFAULT_REGION'), /no AWS region: set AWS_REGION/],
    ['nobody there', { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' }, /does not answer/],
  ])('%s: said in one line, with the next step', async (_, env, says) => {
    expect(await runWith(env, 'pbx', 'list')).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(says) })
  })

  test('a table that is not there may be in another region', async () => {
    file('wrong.json', { dev: { ...RELAY, TableName: 'no-such-table' } })
    const refused = await run('pbx', 'list', '--outputs', 'wrong.json')
    expect(refused).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/not in this account and region.*AWS_REGION/) })
  })

  test.each([
    ['ExpiredTokenException', /expired: sign in again/],
    ['UnrecognizedClientException', /does not know these credentials/],
    ['AccessDeniedException', /may not read and write the relay’s table/],
    ['ValidationException', /^No\.$/m],
  ])('%s', async (error, says) => {
    const dynamo = await failingDynamo(error)
    onTestFinished(dynamo.close)
    const refused = await runWith({ AWS_ENDPOINT_URL_DYNAMODB: dynamo.url }, 'pbx', 'list')
    expect(refused).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(says) })
    expect(refused.stderr.trim().split('\n')).toHaveLength(1)
  })
})
