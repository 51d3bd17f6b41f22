import { Problem } from '../../wire/problem.ts'
import { methodsOf, ROUTES, type RouteName, routeKey } from '../../wire/routes.ts'
import type { Middleware, Serve } from './request.ts'

const NAMES = new Map(Object.entries(ROUTES).map(([name, route]) => [routeKey(route), name as RouteName]))

/** API Gateway has matched the route; what it could not match comes as `$default` and gets its problem here. */
export const findRoute = (serve: Serve): Middleware => ({
  before({ event, context }) {
    const name = NAMES.get(event.routeKey)
    if (!name || !serve[name]) throw unknownRoute(event.rawPath)
    context.wakecall.name = name
    context.wakecall.route = ROUTES[name]
  },
})

function unknownRoute(path: string): Problem {
  const allow = methodsOf(path)
  if (allow.length === 0) return new Problem('not_found', 'This path is no route of the relay; docs/openapi.yaml lists them.')
  const detail = `This path takes ${allow.join(', ')} only.`
  return new Problem('method_not_allowed', detail, { extras: { allow }, headers: { allow: allow.join(', ') } })
}
