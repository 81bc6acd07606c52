/* SPDX-License-Identifier: ISC */
/*
 * catalog.h - where templates are found
 *
 * First in each folder of RUNGS_TEMPLATES, then in the folder that came
 * with the program.  A folder that is not there holds nothing, as in PATH.
 */
#ifndef CATALOG_H
#define CATALOG_H

#include "template.h"

/*
 * Find the template of that name and read it.  -1: there is none, it cannot
 * be read, or it is wrong: the failure then names the file and the line.
 */
int catalog_load(const char *name, struct template *t, struct fail *f);

/* Called for each template; summary is "" where there is none. */
typedef void catalog_entry(const char *name, const char *summary);

/*
 * All templates, sorted, the built-in dir:PATH and tar:FILE among them; of
 * two with one name the one that catalog_load takes.  -1: one of them is
 * wrong and left out, or memory ran out; *f says which was the first.
 */
int catalog_list(catalog_entry *each, struct fail *f);

#endif
