type Known = { relay: string; pbx: string; keyFile: string; dataDir: string; proxy?: string; caFile?: string }

/** A JSON string is a TOML basic string. */
const quoted = JSON.stringify

/** A settings file for a PBX that was enrolled; the sample has the rest. */
export const settingsText = ({ relay, pbx, keyFile, dataDir, proxy, caFile }: Known): string => `# Settings of the Wakecall PNS, \
written by \`wakecall enrol\`. \`wakecall config sample\` explains every setting.

# The address of the relay, and the id of this PBX there.
relay = ${quoted(relay)}
pbx = ${quoted(pbx)}

# The private key, for the user of the PNS only (mode 600). \`wakecall keys rotate\` replaces it.
keyFile = ${quoted(keyFile)}

# Where registrations are kept; the PNS makes this folder.
dataDir = ${quoted(dataDir)}

# Where the PNS listens for the PBX. Anything but a loopback address needs a localToken.
# listen = "127.0.0.1:7460"

# The mobile app of devices that register without naming one, as the relay calls it.
# defaultApp = "com.example.phone"

# How long phones ring if /push_call does not say, in seconds.
# ringSeconds = 30

[network]
# An HTTP proxy that every request to the relay goes through, and certificates that are trusted beside the usual ones.
${proxy === undefined ? '# proxy = "http://proxy.example.com:3128"' : `proxy = ${quoted(proxy)}`}
${caFile === undefined ? '# caFile = "/etc/wakecall/ca.pem"' : `caFile = ${quoted(caFile)}`}

[log]
# A file for the log's JSON lines; without it they go to stdout.
# file = "/var/log/wakecall/wakecall.log"
`
