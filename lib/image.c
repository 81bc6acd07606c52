/* SPDX-License-Identifier: ISC */
/* image.c - see image.h */
#include "image.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "imageconfig.h"
#include "layout.h"
#include "oci.h"
#include "pack.h"
#include "pour.h"
#include "scope.h"
#include "work.h"

/* A file of an image is named after its SHA-256. */
struct blob {
	char hex[PACK_DIGEST], path[96];
	char *text; /* what is in it, or NULL: */
	int fd;     /* what can be read there */
	uint64_t size;
};

struct layer {
	struct blob blob;
	char diff_id[PACK_DIGEST]; /* of the uncompressed tar */
	SHA2_CTX tar, file;
	struct archive *press; /* what comes out goes to blob */
};

static const struct kind {
	const char *format, *media_type;
	int (*filter)(struct archive *);
	const char *options;
	bool is_archive; /* and never a directory */
} kinds[] = {
	{ "oci", OCI_LAYER_GZIP, archive_write_add_filter_gzip,
	    "gzip:!timestamp", false },
	{ "oci.zst", OCI_LAYER_ZSTD, archive_write_add_filter_zstd, NULL,
	    false },
	{ "oci-archive", OCI_LAYER_GZIP, archive_write_add_filter_gzip,
	    "gzip:!timestamp", true },
	{ "docker-archive", NULL, archive_write_add_filter_none, NULL, true },
};

static const struct kind *
find_kind(const char *format)
{
	for (size_t n = 0; n < COUNT(kinds); n++)
		if (strcmp(format, kinds[n].format) == 0)
			return &kinds[n];
	return NULL;
}

bool
image_is(const char *format)
{
	return find_kind(format) != NULL;
}

/* A file without a name: whoever kills us, nothing is left behind. */
static int
open_nameless(int dir, struct fail *f)
{
	const char *path = getenv("TMPDIR");
	int fd;

	if (path == NULL || *path == '\0')
		path = "/var/tmp";
	if (dir >= 0)
		fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	else
		fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	fail(f, errno, "%s: make a file without a name for the layer",
	    dir >= 0 ? "the directory" : path);
	return fail_hint(f, "TMPDIR=DIRECTORY names another place");
}

static la_ssize_t
write_blob(struct archive *a, void *to, const void *bytes, size_t size)
{
	struct layer *l = to;

	if (pour_bytes(l->blob.fd, bytes, size) < 0) {
		archive_set_error(a, errno, "%s", strerror(errno));
		return -1;
	}
	SHA256Update(&l->file, bytes, size);
	l->blob.size += size;
	return (la_ssize_t)size;
}

static int
press(void *context, const void *bytes, size_t size, struct fail *f)
{
	struct layer *l = context;

	SHA256Update(&l->tar, bytes, size);
	if (archive_write_data(l->press, bytes, size) == (la_ssize_t)size)
		return 0;
	return fail(f, archive_errno(l->press), "write the layer");
}

/* A stream that is nothing but compressed is libarchive's "raw" format. */
static int
begin_pressing(struct layer *l, const struct kind *kind)
{
	struct archive_entry *e = archive_entry_new();
	int result = -1;

	if ((l->press = archive_write_new()) != NULL && e != NULL) {
		archive_entry_set_filetype(e, AE_IFREG);
		archive_write_set_format_raw(l->press);
		archive_write_set_bytes_in_last_block(l->press, 1);
		if (kind->filter(l->press) == ARCHIVE_OK
		    && (kind->options == NULL
			|| archive_write_set_options(l->press, kind->options)
			       == ARCHIVE_OK)
		    && archive_write_open(l->press, l, NULL, write_blob, NULL)
			   == ARCHIVE_OK
		    && archive_write_header(l->press, e) == ARCHIVE_OK)
			result = 0;
	}
	archive_entry_free(e);
	return result;
}

static int
make_layer(struct layer *l, const struct pack_job *job, const struct kind *kind,
    struct fail *f)
{
	int result;

	SHA256Init(&l->tar);
	SHA256Init(&l->file);
	if (begin_pressing(l, kind) < 0)
		result = fail(f, ENOMEM, "begin the layer");
	else
		result = pack_stream(job, press, l, f);
	if (result == 0 && archive_write_close(l->press) != ARCHIVE_OK)
		result = fail(f, archive_errno(l->press), "write the layer");
	archive_write_free(l->press);
	SHA256End(&l->tar, l->diff_id);
	SHA256End(&l->file, l->blob.hex);
	return result;
}

/* Sorted and without blanks, so that the same image has the same digest. */
static int
make_blob(struct blob *b, json_t *json, struct fail *f)
{
	b->text = json != NULL ? json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT)
	                       : NULL;
	json_decref(json);
	if (b->text == NULL)
		return fail(f, ENOMEM, "describe the image");
	b->size = strlen(b->text);
	SHA256Data((const uint8_t *)b->text, b->size, b->hex);
	return 0;
}

static void
add_blob(struct layout *l, struct blob *b, const char *format)
{
	snprintf(b->path, sizeof b->path, format, b->hex);
	if (b->text != NULL)
		layout_add_text(l, b->path, b->text);
	else
		layout_add(l, b->path, b->fd, b->size);
}

enum { LAYERS = 2 };

struct image {
	struct layer layers[LAYERS];
	int count;
	struct blob config, manifest, index;
};

/* Two layers with the same in them are one file. */
static void
add_layers(struct image *i, struct layout *l, const char *format)
{
	for (int n = 0; n < i->count; n++)
		if (n == 0
		    || strcmp(i->layers[n].blob.hex, i->layers[0].blob.hex)
			   != 0)
			add_blob(l, &i->layers[n].blob, format);
}

/* NULL: no memory. */
static json_t *
list_layers(const struct image *i, const struct kind *kind)
{
	json_t *list = json_array();
	char path[PACK_DIGEST + 8];
	const struct blob *b;

	for (int n = 0; n < i->count && list != NULL; n++) {
		b = &i->layers[n].blob;
		snprintf(path, sizeof path, "%s.tar", b->hex);
		if (json_array_append_new(list,
			kind->media_type != NULL
			    ? oci_descriptor(kind->media_type, b->hex, b->size)
			    : json_string(path))
		    < 0) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

static int
describe_oci(struct image *i, const struct kind *kind, const char *tag,
    struct layout *l, struct fail *f)
{
	json_t *manifest;

	if (make_blob(&i->manifest,
		json_pack("{s:i, s:s, s:o, s:o}", "schemaVersion", 2,
		    "mediaType", OCI_MANIFEST, "config",
		    oci_descriptor(OCI_CONFIG, i->config.hex, i->config.size),
		    "layers", list_layers(i, kind)),
		f)
	    < 0)
		return -1;
	manifest =
	    oci_descriptor(OCI_MANIFEST, i->manifest.hex, i->manifest.size);
	if (json_object_set_new(manifest, "annotations",
		json_pack("{s:s}", OCI_REF_NAME, tag != NULL ? tag : "latest"))
		< 0
	    || make_blob(&i->index,
		   json_pack("{s:i, s:s, s:[O]}", "schemaVersion", 2,
		       "mediaType", OCI_INDEX, "manifests", manifest),
		   f)
		   < 0) {
		json_decref(manifest);
		return fail(f, ENOMEM, "describe the image");
	}
	json_decref(manifest);
	add_layers(i, l, OCI_BLOBS "/%s");
	add_blob(l, &i->config, OCI_BLOBS "/%s");
	add_blob(l, &i->manifest, OCI_BLOBS "/%s");
	layout_add_text(l, OCI_INDEX_FILE, i->index.text);
	layout_add_text(l, OCI_LAYOUT_FILE, OCI_LAYOUT_TEXT);
	return 0;
}

/* As "docker save" has it since 2016. */
static int
describe_docker(struct image *i, const struct kind *kind, const char *tag,
    struct layout *l, struct fail *f)
{
	char config[PACK_DIGEST + 8];

	snprintf(config, sizeof config, "%s.json", i->config.hex);
	if (make_blob(&i->manifest,
		json_pack("[{s:s, s:o, s:o}]", "Config", config, "Layers",
		    list_layers(i, kind), "RepoTags",
		    tag != NULL ? json_pack("[s]", tag) : json_null()),
		f)
	    < 0)
		return -1;
	add_layers(i, l, "%s.tar");
	add_blob(l, &i->config, "%s.json");
	layout_add_text(l, "manifest.json", i->manifest.text);
	return 0;
}

/* dir: where the layers are kept meanwhile, or -1. */
static int
build(struct image *i, const struct pack_job *const jobs[LAYERS], int dir,
    const struct kind *kind, const struct imageconfig *c, struct layout *l,
    struct fail *f)
{
	const char *ids[LAYERS];
	json_t *config;

	for (i->count = 0; i->count < LAYERS && jobs[i->count] != NULL;
	     i->count++) {
		struct layer *layer = &i->layers[i->count];

		if ((layer->blob.fd = open_nameless(dir, f)) < 0
		    || make_layer(layer, jobs[i->count], kind, f) < 0)
			return -1;
		ids[i->count] = layer->diff_id;
	}
	config = imageconfig_json(c, ids, i->count, jobs[0]->newest, f);
	if (config == NULL || make_blob(&i->config, config, f) < 0)
		return -1;
	if (kind->media_type == NULL)
		return describe_docker(i, kind, c->tag, l, f);
	return describe_oci(i, kind, c->tag, l, f);
}

/* Beside where it is to be, and there as a whole or not at all. */
static int
publish(const struct layout *l, struct work *w, const char *name,
    struct fail *f)
{
	int result;

	if (layout_make(l, w->fd, f) < 0)
		return -1;
	if (fchmod(w->fd, 0755) < 0)
		return fail(f, errno, "%s: let others read it", name);
	if ((result = work_publish(w, w->parent, name, f)) > 0)
		return fail(f, EEXIST, "%s", name);
	return result;
}

static int
write_image(struct image *i, const struct pack_job *const jobs[LAYERS],
    const struct kind *kind, const struct imageconfig *c, int out,
    const char *name, struct fail *f)
{
	struct layout l = {
		.time = jobs[0]->newest == INT64_MAX ? 0 : jobs[0]->newest,
	};
	struct work w;
	int result;

	if (name != NULL && kind->is_archive) {
		fail(f, 0, "-o %s: %s is one file", name, kind->format);
		return fail_hint(f, "packroot %s > FILE", kind->format);
	}
	if (name == NULL)
		return build(i, jobs, -1, kind, c, &l, f) < 0
		           ? -1
		           : layout_archive(&l, out, f);
	if (work_begin(dup(out), ".rungs-image-", &w, f) < 0)
		return -1;
	result = build(i, jobs, w.fd, kind, c, &l, f);
	if (result == 0)
		result = publish(&l, &w, name, f);
	work_end(&w);
	return result;
}

int
image_write(const struct pack_job *job, const struct pack_job *upper,
    const char *format, const struct imageconfig *config, int out,
    const char *name, struct fail *f)
{
	struct image i = { .layers = { { .blob.fd = -1 }, { .blob.fd = -1 } } };
	struct pack_job copies[LAYERS] = { *job };
	const struct pack_job *jobs[LAYERS] = { &copies[0] };
	int result;

	copies[0].is_layer = true;
	if (upper != NULL) {
		copies[1] = *upper;
		copies[1].is_layer = true;
		jobs[1] = &copies[1];
	}
	result = write_image(&i, jobs, find_kind(format), config, out, name, f);

	for (int n = 0; n < LAYERS; n++)
		scope_close(&i.layers[n].blob.fd);
	free(i.config.text);
	free(i.manifest.text);
	free(i.index.text);
	return result;
}
