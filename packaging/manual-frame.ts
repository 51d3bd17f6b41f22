/** What the man page says around the commands, in roff. */
export const FRAME = {
  before: String.raw`
.SH DESCRIPTION
A PBX tells the local service of Wakecall, the PNS, that a call is coming. The PNS signs that and sends it to a relay, which wakes the
phones of the extension that is called. \fBwakecall serve\fR is the PNS; the other commands set it up, ask it, or find out what is wrong.
.PP
\fBwakecall\fR \fICOMMAND\fR \fB\-\-help\fR explains a command, \fBwakecall \-\-version\fR prints the version.`,
  after: String.raw`
.SH SIGNALS
What the PNS does at a signal:
.TP
.B SIGHUP
Reads its settings again; if they cannot be used it keeps the old ones and says so in its log.
.TP
.B SIGUSR1
Opens its log file again, for
.BR logrotate (8).
.TP
.BR SIGTERM ", " SIGINT
Ends when its running requests are done. A second one ends it at once.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
The PNS or the relay said no.
.TP
.B 2
The arguments or the settings cannot be used.
.TP
.B 3
No PNS is running.
.SH ENVIRONMENT
.TP
.B WAKECALL_PNS
Address of the PNS, for commands that ask it: \fIhttp://address:port\fR or \fIunix:/path\fR.
.TP
.B WAKECALL_LOCAL_TOKEN
The \fIlocalToken\fR of the settings, for commands that ask the PNS.
.SH FILES
.TP
.I /etc/wakecall/wakecall.toml
The settings. \fBwakecall enrol\fR writes them, \fBwakecall config sample\fR explains them all.
.TP
.I /etc/wakecall/key.pem
The private key of this PBX, for the user of the PNS only. It never leaves this machine.
.TP
.I /var/lib/wakecall
The registrations, and the changes that the relay has not confirmed yet.
.TP
.I /var/log/wakecall
For a log file, if the settings name one; else the log goes to the journal.
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1),
.BR logrotate (8)`,
}
