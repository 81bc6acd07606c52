/* SPDX-License-Identifier: ISC */
/* imageread.c - see imageread.h */
#include "imageread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "hashed.h"
#include "imagechoose.h"
#include "inroot.h"
#include "oci.h"
#include "scope.h"

#define DOCKER "application/vnd.docker."

enum { NESTED = 4 }; /* indexes in indexes */

static bool
is_one_of(const char *text, const char *const list[], size_t count)
{
	for (size_t n = 0; n < count; n++)
		if (strcmp(text, list[n]) == 0)
			return true;
	return false;
}

/* A regular file of the layout; a link may lead to another one in it. */
static int
open_file(const struct imageread *r, const char *path, struct fail *f)
{
	int fd = r->is_docker ? inroot_open(r->dir, path,
		     O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
	                      : inroot_open_nolinks(r->dir, path,
				  O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd < 0)
		return fail(f, errno, "%.120s: open", path);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return fail(f, 0, "%.120s: not a regular file", path);
}

/* All that is in the file, read once.  NULL, or what the caller frees. */
static char *
read_text(int fd, const char *path, size_t *used, struct fail *f)
{
	char *text = NULL;
	struct stat st;
	size_t size = 0;
	ssize_t got = 1;

	if (fstat(fd, &st) < 0)
		got = -1;
	else if (st.st_size > IMAGEREAD_JSON)
		errno = EFBIG;
	else if ((text = malloc((size_t)st.st_size + 1)) != NULL)
		while (
		    size < (size_t)st.st_size
		    && (got = read(fd, text + size, (size_t)st.st_size - size))
			   > 0)
			size += (size_t)got;
	if (text == NULL || got < 0) {
		fail(f, errno, "%.120s: read", path);
		free(text);
		return NULL;
	}
	*used = size;
	return text;
}

/*
 * As it stands there: the same name twice would be two images in one.  hex:
 * room for the sum of what was parsed, or NULL.
 */
static json_t *
read_json(int fd, const char *path, char *hex, struct fail *f)
{
	size_t size;
	autofree char *text = read_text(fd, path, &size, f);
	json_error_t error;
	json_t *json;

	if (text == NULL)
		return NULL;
	if (hex != NULL)
		SHA256Data((const uint8_t *)text, size, hex);
	json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (json == NULL)
		fail(f, 0, "%.120s: line %d: %s", path, error.line, error.text);
	return json;
}

static json_t *
read_file(const struct imageread *r, const char *path, struct fail *f)
{
	autoclose int fd = open_file(r, path, f);

	return fd < 0 ? NULL : read_json(fd, path, NULL, f);
}

/* Open what a descriptor says that it points to. */
static int
open_blob(const struct imageread *r, const json_t *descriptor, struct fail *f)
{
	const char *digest = oci_string(descriptor, "digest");
	const json_t *size = json_object_get(descriptor, "size");
	char path[sizeof OCI_BLOBS + 1 + 64];
	struct stat st;
	int fd;

	if (strncmp(digest, "sha256:", 7) != 0 || strlen(digest) != 7 + 64
	    || strspn(digest + 7, "0123456789abcdef") != 64)
		return fail(f, 0,
		    "a digest that is not sha256: and 64 hex digits: %.80s",
		    digest);
	snprintf(path, sizeof path, OCI_BLOBS "/%s", digest + 7);
	if ((fd = open_file(r, path, f)) < 0)
		return -1;
	if (fstat(fd, &st) == 0 && json_is_integer(size)
	    && st.st_size == json_integer_value(size))
		return fd;
	close(fd);
	return fail(f, 0, "%s: it does not have the size that it should",
	    digest);
}

static int
check_blob(const json_t *descriptor, const char *hex, struct fail *f)
{
	const char *digest = oci_string(descriptor, "digest");

	if (strcmp(hex, digest + 7) == 0)
		return 0;
	return fail(f, 0, "%s: its sha256 is %s", digest, hex);
}

/* Of a blob that was changed meanwhile, nothing is used. */
static json_t *
read_blob(const struct imageread *r, const json_t *descriptor, struct fail *f)
{
	const char *digest = oci_string(descriptor, "digest");
	autoclose int fd = open_blob(r, descriptor, f);
	char hex[HASHED_HEX] = "";
	struct fail why;
	json_t *json;

	if (fd < 0)
		return NULL;
	json = read_json(fd, digest, hex, f);
	if (*hex == '\0' || check_blob(descriptor, hex, &why) == 0)
		return json;
	*f = why;
	json_decref(json);
	return NULL;
}

/* What can be read as either would be one image here, another elsewhere. */
static int
check_kind(const json_t *json, const char *type, bool is_index, struct fail *f)
{
	const char *own = oci_string(json, "mediaType");

	if (*own != '\0' && strcmp(own, type) != 0)
		return fail(f, 0, "%.80s, where %.80s should be", own, type);
	if (is_index ? json_object_get(json, "layers") != NULL
			   || json_object_get(json, "config") != NULL
		     : json_object_get(json, "manifests") != NULL)
		return fail(f, 0, "an index and a manifest in one");
	return 0;
}

/* Read the manifest that a descriptor leads to, through indexes. */
static json_t *
find_manifest(struct imageread *r, const json_t *descriptor, int depth,
    struct fail *f)
{
	static const char *const indexes[] = { OCI_INDEX,
		DOCKER "distribution.manifest.list.v2+json" };
	static const char *const manifests[] = { OCI_MANIFEST,
		DOCKER "distribution.manifest.v2+json" };
	const char *type = oci_string(descriptor, "mediaType");
	json_t *json, *manifest = NULL;
	const json_t *next;

	if (is_one_of(type, manifests, COUNT(manifests))) {
		if ((manifest = read_blob(r, descriptor, f)) == NULL)
			return NULL;
		snprintf(r->digest, sizeof r->digest, "%s",
		    oci_string(descriptor, "digest") + 7);
		if (check_kind(manifest, type, false, f) == 0)
			return manifest;
		json_decref(manifest);
		return NULL;
	}
	if (!is_one_of(type, indexes, COUNT(indexes)))
		fail(f, 0, "not an image: %.80s", type);
	else if (depth == NESTED)
		fail(f, 0, "an index in an index in an index");
	else if ((json = read_blob(r, descriptor, f)) != NULL) {
		if (check_kind(json, type, true, f) == 0
		    && (next = imagechoose(json, NULL, f)) != NULL)
			manifest = find_manifest(r, next, depth + 1, f);
		json_decref(json);
	}
	return manifest;
}

static int
check_config(const struct imageread *r, struct fail *f)
{
	const char *machine = oci_string(r->config, "architecture");
	const char *system = oci_string(r->config, "os");
	const char *ours = oci_architecture();
	const json_t *ids =
	    json_object_get(json_object_get(r->config, "rootfs"), "diff_ids");

	if (strcmp(system, "linux") != 0 || ours == NULL
	    || strcmp(machine, ours) != 0)
		return fail(f, 0, "an image for %.40s/%.40s, not for linux/%s",
		    system, machine, ours != NULL ? ours : "?");
	if (json_array_size(r->layers) > IMAGEREAD_LAYERS)
		return fail(f, 0, "more than %d layers", IMAGEREAD_LAYERS);
	if (json_array_size(ids) != json_array_size(r->layers))
		return fail(f, 0, "%zu layers, and a configuration for %zu",
		    json_array_size(r->layers), json_array_size(ids));
	return 0;
}

static int
open_layout(struct imageread *r, const char *ref, struct fail *f)
{
	static const char *const configs[] = { OCI_CONFIG,
		DOCKER "container.image.v1+json" };
	json_t *layout = read_file(r, OCI_LAYOUT_FILE, f), *index = NULL,
	       *manifest = NULL;
	const json_t *chosen, *config;
	int result = -1;

	if (layout == NULL)
		return -1;
	if (strncmp(oci_string(layout, "imageLayoutVersion"), "1.", 2) != 0)
		fail(f, 0, "%s: not of version 1", OCI_LAYOUT_FILE);
	else if ((index = read_file(r, OCI_INDEX_FILE, f)) != NULL
		 && check_kind(index, OCI_INDEX, true, f) == 0
		 && (chosen = imagechoose(index, ref, f)) != NULL)
		manifest = find_manifest(r, chosen, 0, f);
	if (manifest != NULL) {
		config = json_object_get(manifest, "config");
		r->layers = json_incref(json_object_get(manifest, "layers"));
		if (!is_one_of(oci_string(config, "mediaType"), configs,
			COUNT(configs)))
			fail(f, 0, "not a root: %.80s",
			    oci_string(config, "mediaType"));
		else if (!json_is_array(r->layers))
			fail(f, 0, "a manifest without layers");
		else if ((r->config = read_blob(r, config, f)) != NULL)
			result = check_config(r, f);
	}
	json_decref(layout);
	json_decref(index);
	json_decref(manifest);
	return result;
}

/* The configuration is what its digest, docker's image id, is of. */
static int
open_docker(struct imageread *r, const char *ref, struct fail *f)
{
	json_t *all = read_file(r, "manifest.json", f);
	const json_t *image;
	const char *path;
	int result = -1;

	if (all == NULL)
		return -1;
	if ((image = imagechoose_docker(all, ref, f)) != NULL) {
		autoclose int fd = -1;

		path = oci_string(image, "Config");
		r->layers = json_incref(json_object_get(image, "Layers"));
		if (!json_is_array(r->layers))
			fail(f, 0, "manifest.json: an image without layers");
		else if ((fd = open_file(r, path, f)) >= 0
			 && (r->config = read_json(fd, path, r->digest, f))
				!= NULL)
			result = check_config(r, f);
	}
	json_decref(all);
	return result;
}

int
imageread_open(struct imageread *r, int dir, const char *ref, bool is_docker,
    struct fail *f)
{
	*r = (struct imageread){ .dir = dir, .is_docker = is_docker };
	if ((is_docker ? open_docker : open_layout)(r, ref, f) == 0)
		return 0;
	imageread_close(r);
	return -1;
}

void
imageread_close(struct imageread *r)
{
	json_decref(r->layers);
	json_decref(r->config);
	r->layers = r->config = NULL;
}

int
imageread_count(const struct imageread *r)
{
	return (int)json_array_size(r->layers);
}

static int
open_docker_layer(const struct imageread *r, int n, struct fail *f)
{
	const char *path =
	    json_string_value(json_array_get(r->layers, (size_t)n));

	return path != NULL ? open_file(r, path, f)
	                    : fail(f, 0, "a layer without a name");
}

int
imageread_layer(const struct imageread *r, int n, enum layer_press *press,
    struct fail *f)
{
	static const struct kind {
		const char *type;
		enum layer_press press;
	} kinds[] = {
		{ OCI_LAYER, LAYER_PLAIN },
		{ OCI_LAYER_GZIP, LAYER_GZIP },
		{ OCI_LAYER_ZSTD, LAYER_ZSTD },
		{ DOCKER "image.rootfs.diff.tar", LAYER_PLAIN },
		{ DOCKER "image.rootfs.diff.tar.gzip", LAYER_GZIP },
		{ DOCKER "image.rootfs.diff.tar.zstd", LAYER_ZSTD },
	};
	const json_t *layer = json_array_get(r->layers, (size_t)n);
	const char *type = oci_string(layer, "mediaType");

	*press = LAYER_ANY;
	if (r->is_docker)
		return open_docker_layer(r, n, f);
	for (size_t k = 0; k < COUNT(kinds); k++)
		if (strcmp(type, kinds[k].type) == 0) {
			*press = kinds[k].press;
			return open_blob(r, layer, f);
		}
	return fail(f, 0, "a layer of a kind that we do not know: %.80s", type);
}

/* A digest of docker's layer is only that of its tar. */
int
imageread_check(const struct imageread *r, int n, const char *file,
    const char *tar, struct fail *f)
{
	const json_t *layer = json_array_get(r->layers, (size_t)n),
		     *ids =
			 json_object_get(json_object_get(r->config, "rootfs"),
			     "diff_ids");
	const char *id = json_string_value(json_array_get(ids, (size_t)n));

	if (!r->is_docker && check_blob(layer, file, f) < 0)
		return -1;
	if (tar == NULL
	    || (id != NULL && strncmp(id, "sha256:", 7) == 0
		&& strcmp(id + 7, tar) == 0))
		return 0;
	return fail(f, 0,
	    "%.120s: the sha256 of its tar is %s, and its diff_id %.80s",
	    r->is_docker ? json_string_value(layer)
			 : oci_string(layer, "digest"),
	    tar, id != NULL ? id : "none");
}
