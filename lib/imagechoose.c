/* SPDX-License-Identifier: ISC */
/* imagechoose.c - see imagechoose.h */
#include "imagechoose.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "oci.h"

struct choice {
	const json_t *found, *other; /* other: just as good */
	int fit;
};

/* How well a name is what ref asks for; 0: not at all. */
static int
fit_of(const char *name, const char *ref)
{
	size_t size = strlen(name), length;

	if (ref == NULL)
		return 1;
	length = strlen(ref);
	if (size < length || strcmp(name + size - length, ref) != 0)
		return 0;
	if (size == length)
		return 2;
	return name[size - length - 1] == '/';
}

/* id: the member by which two images are the same. */
static void
consider(struct choice *c, const json_t *one, int fit, const char *id)
{
	if (fit == 0 || fit < c->fit)
		return;
	if (fit > c->fit)
		*c = (struct choice){ .found = one, .fit = fit };
	else if (strcmp(oci_string(one, id), oci_string(c->found, id)) != 0)
		c->other = one;
}

static const char *
name_of(const json_t *descriptor)
{
	return oci_string(json_object_get(descriptor, "annotations"),
	    OCI_REF_NAME);
}

static const char *
shown(const json_t *descriptor)
{
	const char *name = name_of(descriptor);

	return *name != '\0' ? name : oci_string(descriptor, "digest");
}

/* What needs more than every processor of the kind has is not for us. */
static bool
is_for_us(const json_t *descriptor)
{
	const json_t *platform = json_object_get(descriptor, "platform");
	const char *variant = oci_string(platform, "variant");
	const char *ours = oci_architecture(), *least = oci_variant();

	if (platform == NULL)
		return true;
	return strcmp(oci_string(platform, "os"), "linux") == 0 && ours != NULL
	       && strcmp(oci_string(platform, "architecture"), ours) == 0
	       && (*variant == '\0'
		   || (least != NULL && strcmp(variant, least) == 0));
}

/* Add " linux/arm/v7", as far as there is room. */
static void
add_platform(const json_t *descriptor, char *list, size_t size)
{
	const json_t *platform = json_object_get(descriptor, "platform");
	const char *variant = oci_string(platform, "variant");
	size_t used = strlen(list);

	snprintf(list + used, size - used, " %.20s/%.20s%s%.20s",
	    oci_string(platform, "os"), oci_string(platform, "architecture"),
	    *variant != '\0' ? "/" : "", variant);
}

const json_t *
imagechoose(const json_t *index, const char *ref, struct fail *f)
{
	const char *ours = oci_architecture();
	struct choice c = { .fit = 0 };
	char others[240] = "";
	const json_t *one;
	size_t n;
	int fit;

	json_array_foreach(json_object_get(index, "manifests"), n, one)
	{
		fit = fit_of(name_of(one), ref);
		if (fit > 0 && !is_for_us(one))
			add_platform(one, others, sizeof others);
		else
			consider(&c, one, fit, "digest");
	}
	if (c.found == NULL && *others != '\0')
		fail(f, 0,
		    "no image in it is for this machine, linux/%s: it has%s",
		    ours != NULL ? ours : "?", others);
	else if (c.found == NULL)
		fail(f, 0, "no image '%.80s' is in it", ref != NULL ? ref : "");
	if (c.other == NULL)
		return c.found;
	fail(f, 0, "it holds several images, %.80s and %.80s", shown(c.found),
	    shown(c.other));
	if (ref == NULL && *name_of(c.found) != '\0')
		fail_hint(f, "name one behind a colon");
	return NULL;
}

static int
fit_of_tags(const json_t *image, const char *ref)
{
	int best = ref == NULL, fit;
	const json_t *tag;
	size_t n;

	json_array_foreach(json_object_get(image, "RepoTags"), n, tag)
	{
		if (json_is_string(tag)
		    && (fit = fit_of(json_string_value(tag), ref)) > best)
			best = fit;
	}
	return best;
}

const json_t *
imagechoose_docker(const json_t *list, const char *ref, struct fail *f)
{
	struct choice c = { .fit = 0 };
	const json_t *one;
	size_t n;

	json_array_foreach(list, n, one)
	{
		consider(&c, one, fit_of_tags(one, ref), "Config");
	}
	if (c.found == NULL)
		fail(f, 0, "no image '%.80s' is in it", ref != NULL ? ref : "");
	if (c.other == NULL)
		return c.found;
	fail(f, 0, "it holds several images");
	fail_hint(f, "name one behind a colon");
	return NULL;
}
