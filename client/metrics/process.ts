import { readdir, readFile } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'

/** Ten wake-ups a second cost nothing, and show every delay that a call could feel. */
const LOOK_MS = 100

const openFiles = () => readdir('/proc/self/fd').then((names) => names.length)
const fileLimit = async () => Number(/^Max open files\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1])

/** What the process costs, by the names that Prometheus has for it; all is read when somebody asks. */
export function createProcessMetrics(registers: Registry[]) {
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS })
  delay.enable()
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read())
      },
    })
  gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss())
  gauge('nodejs_heap_size_used_bytes', 'Heap in use', () => process.memoryUsage().heapUsed)
  gauge('process_open_fds', 'Open file descriptors', openFiles)
  gauge('process_max_fds', 'Most file descriptors that may be open', fileLimit)
  gauge('process_start_time_seconds', 'When the process started, since 1970', () => Date.now() / 1000 - process.uptime())
  gauge('nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop since the last look', () => {
    const ms = Math.max(0, delay.percentile(99) / 1e6 - LOOK_MS)
    delay.reset()
    return ms / 1000
  })
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Time of CPU',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  return { close: () => delay.disable() }
}
