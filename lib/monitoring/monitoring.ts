import { Construct } from 'constructs'
import { createAlarms } from './alarms.ts'
import { createDashboard } from './dashboard.ts'
import { DeliveryFilters } from './delivery-filters.ts'
import { FunctionFilters } from './function-filters.ts'
import type { MonitoringProps } from './props.ts'
import { watch } from './watched.ts'

/** Dashboard, alarms, and the metric filters that both need. */
export class Monitoring extends Construct {
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id)
    new FunctionFilters(this, 'Functions', props.namespace, props.logGroups)
    for (const application of props.applications) {
      new DeliveryFilters(this, `${application.platform}-${application.name}`, props.namespace, application)
    }
    const watched = watch(props)
    createDashboard(this, props, watched)
    createAlarms(this, props, watched)
  }
}
