/* SPDX-License-Identifier: ISC */
/* environment.c - see environment.h */
#include "environment.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "path.h"

static int
put(struct environment *e, char *variable, struct fail *f)
{
	size_t name = strcspn(variable, "=") + 1;

	for (int n = 0; n < e->count; n++) {
		if (strncmp(e->list[n], variable, name) != 0)
			continue;
		e->list[n] = variable;
		return 0;
	}
	if (e->count == ENVIRONMENT_ROOM - 1)
		return fail(f, 0, "more than %d environment variables",
		    ENVIRONMENT_ROOM - 1);
	e->list[e->count++] = variable;
	e->list[e->count] = NULL;
	return 0;
}

/* The caller's variable as "NAME=VALUE", or NULL. */
static char *
find(const char *name)
{
	extern char **environ;
	size_t length = strlen(name);

	for (char **v = environ; *v != NULL; v++)
		if (strncmp(*v, name, length) == 0 && (*v)[length] == '=')
			return *v;
	return NULL;
}

int
environment_add(struct environment *e, char *word, struct fail *f)
{
	char *variable = word;

	if (word[0] == '\0' || word[0] == '=')
		return fail(f, 0, "-E %s: expected NAME or NAME=VALUE", word);
	if (strchr(word, '=') == NULL && (variable = find(word)) == NULL)
		return fail(f, 0, "-E %s: no such environment variable", word);
	return put(e, variable, f);
}

int
environment_inherit(struct environment *e, struct fail *f)
{
	extern char **environ;

	for (char **v = environ; *v != NULL; v++)
		if (put(e, *v, f) < 0)
			return -1;
	return 0;
}

void
environment_default(struct environment *e, bool root)
{
	static char path[] = "PATH=" PATH_OF_JAIL;
	static char home_root[] = "HOME=/root", home[] = "HOME=/";
	static char lang[] = "LANG=C.UTF-8";
	char *term = find("TERM"), *own_lang = find("LANG");

	e->count = 0;
	e->list[e->count++] = path;
	e->list[e->count++] = root ? home_root : home;
	e->list[e->count++] = own_lang != NULL ? own_lang : lang;
	if (term != NULL)
		e->list[e->count++] = term;
	e->list[e->count] = NULL;
}

char *
environment_name(struct environment *e, const char *user)
{
	struct fail why;

	snprintf(e->home, sizeof e->home, "HOME=/");
	snprintf(e->user, sizeof e->user, "USER=%s", user);
	snprintf(e->logname, sizeof e->logname, "LOGNAME=%s", user);
	/* Among the first few there is room. */
	(void)put(e, e->home, &why);
	(void)put(e, e->user, &why);
	(void)put(e, e->logname, &why);
	return e->home + strlen("HOME=");
}
