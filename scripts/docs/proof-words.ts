/** The parts of docs/proof.md that people wrote. */

export const introduction = `# What is proved, and what is not

<!-- Written by scripts/write-docs.ts from a run of the fault matrix; do not edit. -->

Whoever bets a database on the word *fenced* should know what stands behind it. This page shows what the real
forced-stop service and the real IPMI client answer when a BMC, its server or the network is at fault in some
way: every fault that the simulated BMC knows, each with every action. A test runs all of it, in virtual time,
and fails where an answer is untrue or where this page says something else than the run.

## How to read it

- **fenced**: *off* was read, by the source that the proof names, after the request began. An engine gates its
  failover on this and on nothing else.
- **confirmed**: the wanted power was read after the request. \`status\` wants nothing; it is confirmed by any
  reading, and it is fenced too where that reading is *off*.
- **refused**: nothing was done, for certain.
- **unknown**: something was or may have been sent, or nobody answered, and the power was not proved. *Accepted*
  beside it: the BMC said yes to the command. For \`reset\` and \`nmi\` that is all there can be, since the power
  reads the same before and after.
- A request has 15 s here. An answer without a decision comes 150 ms before that, so that it can still be
  written down; after that a job sends nothing, but goes on reading for 2 minutes, and announces a late proof.
- The server is on, and needs 0.5 s to go off or come on; for \`on\` it is off. Its BMC's identity is known from an
  earlier proof, unless it says "at first contact".

In every case, a test holds this:

1. Whoever is told *fenced* has a server that really was off between the request and the proof. The one
   exception is \`saysOff\`.
2. After *refused*, no command was accepted or left unanswered.
3. Every answer comes before its deadline.
4. \`on\`, \`reset\` and \`nmi\` leave once at most, and nothing leaves after the deadline.
5. Nothing happens to a server that was not ordered for that server, whatever answers at its address.
6. Every session is closed again. The one exception is \`badRakp4Code\`: without the right keys the client cannot close
   what the BMC opened, and the BMC holds it open for a minute.

## What one source can prove, and what it cannot

All of this rests on one witness: the BMC.

- **A BMC that says *off* while its server runs cannot be caught.** It is the \`saysOff\` row: the answer is *fenced*,
  and the server runs. The proof says \`by: bmc\`, so that you know what it rests on.
- **A BMC without power proves nothing.** Where it lost its power together with its server the stop stays *unknown*,
  for ever: silence never means *off*. A second way to switch (a power distribution unit, a UPS outlet) is what
  helps then.
- **An accepted command proves nothing** (\`staysOn\`). Nor does a lost answer mean that nothing was done
  (\`unansweredControl: executed\`): the power is read in either case.
- **The identity tells servers apart, not friend from foe.** It is vouched for by the password of the BMC
  user. A machine that has both the password and the identity of another one is that other one, as far as can be told.
  At first contact there is nothing to hold it against but the identities of the other servers.
- **A proof is about the moment at which it was read.** Somebody at the machine can switch it on again a second later.`;

export const after = `*After* is the time to the answer, *sent* what was ordered and what the BMC made of it: *accepted*, *rejected*, or
*unanswered*. *Really* is the server when the answer came, as the simulation knows it. Sentences are as callers get
them, but for the times in them.`;

export const longRuns = `## More than one fault at a time

The matrix has one fault in each case. What it holds is also held

- by random mixtures of up to three faults at a time that come and go, over two servers whose addresses are swapped
  now and then, with warm sessions and without (\`test/integration/fault-mix.test.ts\`; \`NOROSHI_RUNS\` sets how many),
- by random schedules of requests, faults, client deaths and a failing disk over a model of the
  hardware (\`test/unit/fence/model.test.ts\`),
- by \`npm run soak\`, which prints its figures:

| Soak | Count | Set by | Share in \`npm test\` |
| --- | --- | --- | --- |
| the real daemon is killed (SIGKILL) in the middle of forced stops | 200 kills | \`NOROSHI_KILLS\` | 30 kills |
| mutated, cut, replayed and random datagrams come from the BMC's address while the real daemon stops servers | 1,000,000 datagrams | \`NOROSHI_DATAGRAMS\` | 20,000 datagrams |
| faults come and go at random, at 4 servers, in virtual time | 1 h | \`NOROSHI_VIRTUAL_SECONDS\` | 3 × 60 s |
| a storm of traps in virtual time, from the datagram to monitors, NOC and engine, held against a model | 1 h, 4,000 traps/s in bursts | \`NOROSHI_STORM_RATE\` | 1 h, 240,000 traps |
| three of four receivers are dead, each in its way, while the real daemon goes on | 40,000 monitor events | \`NOROSHI_NOC_EVENTS\` | 8,000 |

One run of each on 2 shared cores (Node 20.20), none of which found an untrue answer:

- 200 kills and 20 during the start: 1,859 jobs, 1,508 answered before the kill, 1,071 fenced, 109 proved late, 139 put
  on record as interrupted; 5.3 minutes.
- 1,000,000 datagrams that arrived (317,000 more met sockets just closed): 1,856 requests, every power-off fenced, the
  slowest answer after 235 ms, no session left; resident memory 130 to 137 MiB; 45 s.
- 1 h of faults: 7,017 requests, 4,737 times that faults came, 805 fenced; 5 s.
- 1 h of storm: 12,061,919 traps, 17,551 events, at most 1,078 a minute; 95 conditions that were open before and ended in
  it were each told at once, all 151 open at the end were told; at most 917 rows, 669 open keys, 98 waiting; 6.2 minutes.
  A run before it found that two senders with endless new conditions filled all 512 monitors; now they have 64 each.
- 40,000 monitor events past a closed port, an inform that nobody answers and a mail server that says nothing: resident
  memory 160 MiB at a tenth of them and 182 MiB at the end; the receiver that was well had the last one 37 s later.`;
