/* SPDX-License-Identifier: ISC */
/*
 * instruction.h - the instructions that filters of system calls are made of
 *
 * The classic BPF of Documentation/networking/filter.rst, as far as seccomp(2)
 * has it and we use it.
 */
#ifndef INSTRUCTION_H
#define INSTRUCTION_H

#include <linux/filter.h>

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define AND (BPF_ALU | BPF_AND | BPF_K)
#define IF_EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define IF_LEAST (BPF_JMP | BPF_JGE | BPF_K)
#define JUMP (BPF_JMP | BPF_JA)
#define RETURN (BPF_RET | BPF_K)

/* A call of a kind that a filter knows nothing of; the 1 is not looked at. */
#define FOREIGN (SECCOMP_RET_KILL_PROCESS | 1)

#endif
