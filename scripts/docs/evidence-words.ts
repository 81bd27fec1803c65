/** The parts of docs/evidence.md that people wrote. */

export const introduction = `# What is known of a server, and what it comes to

<!-- Written by scripts/write-docs.ts from a run of the code; do not edit. -->

Several paths tell something of a server: its BMC, the cluster engine, the operator; heartbeats and power feeds will
be further ones. The **evidence** of a server is what each path said last, how old that is, and the **verdict** that
these facts come to, with the reason in a sentence. \`noroshi status\`, \`server.list\` and \`server.get\` show it.
It is folded from the events of the journal and from nothing else. A test fails where this page says something else
than the code.

**A failover is gated on \`fenced\` of a forced stop, never on a verdict.** A verdict tells people and plans what is
known now; a forced stop asks anew.

## The verdicts

| Verdict | When |
| --- | --- |
| \`alive\` | A path shows life. Life outweighs every proof and every word. |
| \`noPower\` | No path shows life, nothing feeds the server, and its BMC does not answer. |
| \`stopped\` | No path shows life, and *off* was read (\`by: bmc\`), or the operator gave the word (\`by: operator\`). |
| \`unreachable\` | No path shows life, nothing is proved, and its BMC was asked and is silent. Dead, or only out of sight. |
| \`unknown\` | Nothing that counts is known. |

## What a word of each path shows

| Path | Word | Shows |
| --- | --- | --- |
| the BMC | power read *on* | **life**, as long as the BMC has not fallen silent after it: mains that fail take server and BMC at once, so *on* of a moment before says nothing then |
| | power read *off* | **off**, the proof, also where the BMC falls silent after it; but not while a power-on that was sent may still come true |
| | answers, or refuses | that something in the server has power: no life, but it speaks against \`noPower\` |
| | silent | silence: never a proof |
| | another machine answers as it | that an *off* read before may have been another's: it counts no more. An *on* still does: a doubt may cost a proof, never a sign of life |
| the engine | *up* | **life**, unless it was said before the power was first read *off* |
| | *down*, *stopped*, *unknown* | nothing: an engine calls a server down when it does not hear it |
| the operator | \`noroshi confirm\` | **off**, until life is seen or somebody here switches the server on. It outweighs the life that was seen before it, and none that comes after |
| this gateway | runs on the server | **life**, always: a gateway never counts itself as off |
| feeds (not built yet) | every feed read off | **noPower** |

## How old a fact may be`;

export const limitWords = `A fact that is older counts as if it had never been said; it is still shown, with \`fresh: false\`. Ages are counted on
the monotonic clock, so a step of the wall clock makes nothing old or young. A restart of the gateway forgets every
fact but the operator's word: nobody looked meanwhile. So that a state that does not change does not grow old while
somebody looks, a reading that says the same is told again after 240 s, as the event \`bmc.rechecked\`.`;

export const confirmWords = `## The operator's word

\`noroshi confirm SERVER --reason TEXT\` asks the BMC once more (at most 4 s), then weighs all paths. While any of them
shows life the word is refused (\`evidence.life\`), unless it comes with \`--despite-life\`. It is on record with who
gave it and why (\`server.confirmedOff\`) before it counts. Life that shows up after it ends it, and is the critical
event \`fence.contradicted\`, as it is after a forced stop that was proved.`;

export const tableWords = `## Every combination

All words are 10 s old here. *Power-on pending*: somebody sent a power-on, it was not seen done, and *off* was read
after that. A combination in which the power was read and the BMC was never asked cannot arise. The operator's word
came last: what was said before it is in the other columns. *Up, earlier*: the engine said so just before the power was
read; everywhere else it spoke at the same moment or later.`;

export const againWords = `### Life after the operator's word

The rows in which the operator overruled life, once that life is seen again.`;

export const meaningWords = `## Every combination of meanings

The rule behind the table, for paths to come as well: which meanings are there among the fresh facts.`;
