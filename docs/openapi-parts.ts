/** What OpenAPI says beside the route table: the parts that no schema of `wire/` holds. */
import { PROBLEMS } from '../wire/problem.ts'
import { COMPONENTS, MAX_AGE_SECONDS, MAX_AHEAD_SECONDS } from '../wire/signature.ts'

const text = { type: 'string' } as const

export const INFO = {
  title: 'Wakecall relay',
  version: '1',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  description: [
    'Wakes mobile softphones for incoming calls. docs/protocol.md explains the contract to those who write a client.',
    '',
    'A path that is no route answers `not_found`; a route without the method answers `method_not_allowed` with `Allow`.',
  ].join('\n'),
}

export const SECURITY = {
  Signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature',
    description: [
      'RFC 9421 HTTP Message Signatures, Ed25519, label `wakecall`, with `Signature-Input` and `Content-Digest` (RFC 9530, sha-256).',
      `Covered, in this order: ${COMPONENTS.map((name) => `\`${name}\``).join(', ')}.`,
      'Parameters, each once, in any order: `created`, `keyid` (`<PbxId>/<KeyId>`), `alg="ed25519"`.',
      `Accepted while \`created\` is at most ${MAX_AGE_SECONDS} s old and at most ${MAX_AHEAD_SECONDS} s ahead.`,
    ].join(' '),
  },
}

export const HEADERS = {
  RateLimit: {
    description: 'What is left of the quota and in how many seconds it starts anew (draft-ietf-httpapi-ratelimit-headers-10).',
    schema: text,
    example: '"pushes";r=5990;t=34',
  },
  'RateLimit-Policy': {
    description: 'The quota of the PBX and the seconds that it is for (draft-ietf-httpapi-ratelimit-headers-10).',
    schema: text,
    example: '"pushes";q=6000;w=60',
  },
  'Retry-After': {
    description: 'Seconds after which a repeat makes sense (RFC 9110, 10.2.3).',
    schema: { type: 'integer', minimum: 0 },
  },
}

const codes = Object.entries(PROBLEMS).map(([code, { status, title }]) => `- \`${code}\` (${status}): ${title}`)

export const PROBLEM_SCHEMAS = {
  EscapedId: {
    type: 'string',
    pattern: '^(?:[A-Za-z0-9._-]|~[0-9A-F]{2})+$',
    description: 'An identifier in a path: each character outside A-Z a-z 0-9 . _ - is escaped as ~XX, and so are `.` and `..`',
  },
  Problem: {
    type: 'object',
    description: 'Problem details (RFC 9457). `detail` is for people and may change; `code` never changes its meaning.',
    properties: {
      type: { type: 'string', pattern: '^urn:wakecall:problem:[a-z_]+$' },
      code: { type: 'string', enum: Object.keys(PROBLEMS), description: codes.join('\n') },
      title: text,
      status: { type: 'integer' },
      detail: text,
      requestId: text,
      errors: { type: 'array', items: { $ref: '#/components/schemas/FieldError' }, description: 'With `invalid_request`' },
      time: { type: 'string', format: 'date-time', description: "The relay's time, with `signature_refused`" },
      storedVersion: { type: 'integer', description: 'With `stale_version`' },
      removed: { const: true, description: 'With `storedVersion`: that version removed the device' },
      allow: { type: 'array', items: text, description: 'The methods of the route, with `method_not_allowed`' },
    },
    required: ['type', 'code', 'title', 'status', 'detail', 'requestId'],
  },
  FieldError: {
    type: 'object',
    properties: {
      pointer: {
        type: 'string',
        description: 'A JSON pointer (RFC 6901) from the body, or `/path/…` and `/query/…`',
      },
      message: text,
    },
    required: ['pointer', 'message'],
  },
}
