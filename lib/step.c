/* SPDX-License-Identifier: ISC */
/* step.c - how the steps are taken, and explained: jail.h */
#include "step.h"

#include <errno.h>
#include <string.h>

#include "aloud.h"
#include "empty.h"
#include "fail.h"

/* In columns: what is done, since when there is a call for it, and why. */
static void
describe(const struct step *step, char line[256])
{
	snprintf(line, 256, "%s: %-*s %d  %s", step->name,
	    41 - (int)strlen(step->name), step->call, step->since, step->why);
}

int
jail_enter(struct jail *jail, enum stage stage, struct fail *f)
{
	char line[256];

	for (size_t n = 0; n < step_count; n++) {
		const struct step *step = &steps[n];

		if (step->stage != stage || !step->wanted(jail))
			continue;
		if (jail->trace >= 0) {
			describe(step, line);
			aloud_say(jail->trace, "%s", line);
		}
		if ((step->take != NULL && step->take(jail, f) < 0)
		    || (step->take_always != NULL && step->take_always(f) < 0))
			return -1;
	}
	return 0;
}

int
jail_explain(struct jail *jail, FILE *out, struct fail *f)
{
	char line[256];

	jail->begins_empty = jail->begins_empty && empty_expected();
	for (enum stage stage = 0; stage < STAGES; stage++)
		for (size_t n = 0; n < step_count; n++)
			if (steps[n].stage == stage && steps[n].wanted(jail)) {
				describe(&steps[n], line);
				fprintf(out, "%s\n", line);
			}
	/* What was written before may have failed, and the rest not. */
	return fflush(out) == 0 && !ferror(out)
	           ? 0
	           : fail(f, errno, "write the steps");
}
