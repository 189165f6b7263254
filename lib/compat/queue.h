/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * Copyright (c) 2026 The libskynet_socket authors
 */

/*
 * The part of queue(3) that this library and its tests use, for systems whose C library
 * does not carry <sys/queue.h> (musl).
 */

#ifndef SKYNET_COMPAT_QUEUE_H
#define SKYNET_COMPAT_QUEUE_H

#include <stddef.h>

#define STAILQ_HEAD(name, type)						\
struct name {								\
	struct type	*stqh_first;					\
	struct type	**stqh_last;					\
}
#define STAILQ_ENTRY(type)						\
struct {								\
	struct type	*stqe_next;					\
}
#define STAILQ_HEAD_INITIALIZER(head)	{ NULL, &(head).stqh_first }
#define STAILQ_INIT(head) do {						\
	(head)->stqh_first = NULL;					\
	(head)->stqh_last = &(head)->stqh_first;			\
} while (0)
#define STAILQ_EMPTY(head)		((head)->stqh_first == NULL)
#define STAILQ_FIRST(head)		((head)->stqh_first)
#define STAILQ_NEXT(element, field)	((element)->field.stqe_next)
#define STAILQ_FOREACH(var, head, field)				\
	for ((var) = STAILQ_FIRST(head); (var) != NULL;			\
	    (var) = STAILQ_NEXT(var, field))
#define STAILQ_INSERT_HEAD(head, element, field) do {			\
	(element)->field.stqe_next = (head)->stqh_first;		\
	if ((head)->stqh_first == NULL)					\
		(head)->stqh_last = &(element)->field.stqe_next;	\
	(head)->stqh_first = (element);					\
} while (0)
#define STAILQ_INSERT_TAIL(head, element, field) do {			\
	(element)->field.stqe_next = NULL;				\
	*(head)->stqh_last = (element);					\
	(head)->stqh_last = &(element)->field.stqe_next;		\
} while (0)
#define STAILQ_REMOVE_HEAD(head, field) do {				\
	(head)->stqh_first = (head)->stqh_first->field.stqe_next;	\
	if ((head)->stqh_first == NULL)					\
		(head)->stqh_last = &(head)->stqh_first;		\
} while (0)
#define STAILQ_REMOVE(head, element, type, field) do {			\
	if ((head)->stqh_first == (element)) {				\
		STAILQ_REMOVE_HEAD(head, field);			\
	} else {							\
		struct type *before_ = (head)->stqh_first;		\
		while (before_->field.stqe_next != (element))		\
			before_ = before_->field.stqe_next;		\
		before_->field.stqe_next = (element)->field.stqe_next;	\
		if (before_->field.stqe_next == NULL)			\
			(head)->stqh_last = &before_->field.stqe_next;	\
	}								\
} while (0)
#define STAILQ_CONCAT(to, from) do {					\
	if ((from)->stqh_first != NULL) {				\
		*(to)->stqh_last = (from)->stqh_first;			\
		(to)->stqh_last = (from)->stqh_last;			\
		STAILQ_INIT(from);					\
	}								\
} while (0)

#define LIST_HEAD(name, type)						\
struct name {								\
	struct type	*lh_first;					\
}
#define LIST_ENTRY(type)						\
struct {								\
	struct type	*le_next;					\
	struct type	**le_prev;					\
}
#define LIST_HEAD_INITIALIZER(head)	{ NULL }
#define LIST_INIT(head)			((head)->lh_first = NULL)
#define LIST_EMPTY(head)		((head)->lh_first == NULL)
#define LIST_FIRST(head)		((head)->lh_first)
#define LIST_NEXT(element, field)	((element)->field.le_next)
#define LIST_FOREACH(var, head, field)					\
	for ((var) = LIST_FIRST(head); (var) != NULL;			\
	    (var) = LIST_NEXT(var, field))
#define LIST_INSERT_HEAD(head, element, field) do {			\
	(element)->field.le_next = (head)->lh_first;			\
	if ((head)->lh_first != NULL)					\
		(head)->lh_first->field.le_prev =			\
		    &(element)->field.le_next;				\
	(head)->lh_first = (element);					\
	(element)->field.le_prev = &(head)->lh_first;			\
} while (0)
#define LIST_REMOVE(element, field) do {				\
	if ((element)->field.le_next != NULL)				\
		(element)->field.le_next->field.le_prev =		\
		    (element)->field.le_prev;				\
	*(element)->field.le_prev = (element)->field.le_next;		\
} while (0)

#define TAILQ_HEAD(name, type)						\
struct name {								\
	struct type	*tqh_first;					\
	struct type	**tqh_last;					\
}
#define TAILQ_ENTRY(type)						\
struct {								\
	struct type	*tqe_next;					\
	struct type	**tqe_prev;					\
}
#define TAILQ_HEAD_INITIALIZER(head)	{ NULL, &(head).tqh_first }
#define TAILQ_INIT(head) do {						\
	(head)->tqh_first = NULL;					\
	(head)->tqh_last = &(head)->tqh_first;				\
} while (0)
#define TAILQ_EMPTY(head)		((head)->tqh_first == NULL)
#define TAILQ_FIRST(head)		((head)->tqh_first)
#define TAILQ_NEXT(element, field)	((element)->field.tqe_next)
#define TAILQ_FOREACH(var, head, field)					\
	for ((var) = TAILQ_FIRST(head); (var) != NULL;			\
	    (var) = TAILQ_NEXT(var, field))
#define TAILQ_INSERT_TAIL(head, element, field) do {			\
	(element)->field.tqe_next = NULL;				\
	(element)->field.tqe_prev = (head)->tqh_last;			\
	*(head)->tqh_last = (element);					\
	(head)->tqh_last = &(element)->field.tqe_next;			\
} while (0)
#define TAILQ_REMOVE(head, element, field) do {				\
	if ((element)->field.tqe_next != NULL)				\
		(element)->field.tqe_next->field.tqe_prev =		\
		    (element)->field.tqe_prev;				\
	else								\
		(head)->tqh_last = (element)->field.tqe_prev;		\
	*(element)->field.tqe_prev = (element)->field.tqe_next;		\
} while (0)

#endif /* SKYNET_COMPAT_QUEUE_H */
