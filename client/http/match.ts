import { PnsProblem } from '../problem.ts'
import { PNS_ROUTES, type PnsRoute } from '../routes.ts'

const PATTERNS = PNS_ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

/** The route of a path and the parameters in it, percent-decoded. Throws `not_found` or `method_not_allowed`. */
export function matchRoute(method: string, path: string): { route: PnsRoute; params: Record<string, string> } {
  for (const { route, pattern } of PATTERNS) {
    const match = pattern.exec(path)
    if (!match) continue
    const { methods } = route
    if (!(methods as readonly string[]).includes(method)) {
      throw new PnsProblem('method_not_allowed', `${route.path} takes ${methods.join(' or ')}.`, { allow: methods })
    }
    return { route, params: decode(match.groups ?? {}) }
  }
  throw new PnsProblem('not_found', `Routes are ${PNS_ROUTES.map(({ path }) => path).join(' ')}.`)
}

function decode(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, segment]) => [name, decodeURIComponent(segment)]))
  } catch (cause) {
    throw new PnsProblem('invalid_request', 'The path is not well percent-encoded.', {}, cause)
  }
}
