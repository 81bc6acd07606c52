/* SPDX-License-Identifier: ISC */
/* launch.c - see launch.h */
#include "launch.h"

#include <string.h>

#include "description.h"
#include "fail.h"

static int
add(const char *list[], int *count, const char *text, const char *word,
    struct fail *f)
{
	if (*count == LAUNCH_WORDS)
		return fail(f, 0, "%s: more than %d such words", word,
		    LAUNCH_WORDS);
	list[(*count)++] = text;
	return 1;
}

int
launch_add(struct launch *l, const char *word, struct fail *f)
{
	if (strncmp(word, "env=", 4) == 0) {
		if (word[4] == '=' || strchr(word + 4, '=') == NULL)
			return fail(f, 0, "%s: expected env=NAME=VALUE", word);
		return add(l->env, &l->env_count, word + 4, word, f);
	}
	if (strncmp(word, "cmd=", 4) == 0)
		return add(l->cmd, &l->cmd_count, word + 4, word, f);
	if (strncmp(word, "cwd=", 4) == 0) {
		if (word[4] != '/')
			return fail(f, 0, "%s: not an absolute path", word);
		l->cwd = word + 4;
	} else if (strncmp(word, "user=", 5) == 0 && word[5] != '\0') {
		l->user = word + 5;
	} else {
		return 0;
	}
	return 1;
}

static void
print(const char *name, const char *text, FILE *out)
{
	fprintf(out, " %s=", name);
	description_escape(text, out);
}

void
launch_print(const struct launch *l, FILE *out)
{
	for (int n = 0; n < l->env_count; n++)
		print("env", l->env[n], out);
	for (int n = 0; n < l->cmd_count; n++)
		print("cmd", l->cmd[n], out);
	if (l->cwd != NULL)
		print("cwd", l->cwd, out);
	if (l->user != NULL)
		print("user", l->user, out);
}
