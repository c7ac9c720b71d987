#include <gtest/gtest.h>

#include "engine/operation/Rendezvous.h"

namespace iocp4j {
namespace {

using Arrival = Rendezvous::Arrival;
using Cause = Rendezvous::Cause;
using Hold = Rendezvous::Hold;
using Release = Rendezvous::Release;

TEST(RendezvousTest, PacketAfterTheCallFinishesAlone) {
    Rendezvous operation;
    EXPECT_FALSE(operation.inFlight());
    operation.begin();
    EXPECT_TRUE(operation.inFlight());
    EXPECT_EQ(Release::kDone, operation.release());
    EXPECT_EQ(Arrival::kAlone, operation.arrive(false));
    operation.end();
    EXPECT_FALSE(operation.inFlight());
}

TEST(RendezvousTest, PacketBeforeTheCallReturnsWaitsForIt) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
}

TEST(RendezvousTest, PacketWhileTheCallReturnsFinishesWithTheWorker) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_EQ(Release::kDone, operation.release()) << "the result is not stored yet";
    EXPECT_TRUE(operation.publish());
}

TEST(RendezvousTest, FailedCallIsSelfPosted) {
    Rendezvous operation;
    operation.begin();
    EXPECT_TRUE(operation.claimByHolder());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false)) << "the holder has claimed the operation";
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true)) << "the result is not stored yet";
    operation.selfPost();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
}

TEST(RendezvousTest, FailedCallWithAPacketIsNotSelfPosted) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_FALSE(operation.claimByHolder());
    EXPECT_FALSE(operation.publish());
    EXPECT_FALSE(operation.claimByHolder());
    EXPECT_EQ(Release::kFinish, operation.release());
}

TEST(RendezvousTest, PacketIsWonOnce) {
    Rendezvous operation;
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false)) << "not in flight";
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
    operation.begin();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true)) << "no packet was posted";
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
    operation.end();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
}

TEST(RendezvousTest, NoPacketEndsAWaitedOperation) {
    Rendezvous operation;
    operation.beginWaited();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_FALSE(operation.holdWaited(operation.generation())) << "the starting thread holds it";
    EXPECT_EQ(Release::kDone, operation.release());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false));
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true));
    EXPECT_TRUE(operation.holdWaited(operation.generation()));
    EXPECT_FALSE(operation.claimWaited()) << "another thread holds it";
    EXPECT_EQ(Release::kDone, operation.release());
    EXPECT_TRUE(operation.claimWaited());
    EXPECT_FALSE(operation.holdWaited(operation.generation())) << "it is over";
    EXPECT_EQ(Hold::kOver, operation.hold(operation.generation()));
    operation.end();
    operation.begin();
    EXPECT_EQ(Release::kDone, operation.release());
    EXPECT_FALSE(operation.holdWaited(operation.generation())) << "a packet ends this one";
    EXPECT_EQ(Arrival::kAlone, operation.arrive(false));
}

TEST(RendezvousTest, CancelHoldsWhatIsPending) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    ASSERT_EQ(Release::kDone, operation.release());
    EXPECT_TRUE(operation.alive(life));
    EXPECT_EQ(Hold::kGained, operation.hold(life));
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false)) << "the canceller holds it";
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
}

TEST(RendezvousTest, CancelDuringTheCallIsLeftToTheCaller) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    EXPECT_EQ(Hold::kDelegated, operation.hold(life));
    EXPECT_EQ(Hold::kDelegated, operation.hold(life));
    EXPECT_EQ(Release::kCancelFirst, operation.release());
    EXPECT_EQ(Release::kDone, operation.release()) << "only once";
}

TEST(RendezvousTest, WhatIsOverIsFinishedAndNotCancelled) {
    Rendezvous operation;
    operation.begin();
    EXPECT_EQ(Hold::kDelegated, operation.hold(operation.generation()));
    EXPECT_EQ(Hold::kDelegated, operation.hold(operation.generation(), Cause::kTimedOut));
    EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
    EXPECT_FALSE(operation.publish());
    EXPECT_EQ(Release::kFinish, operation.release());
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
}

TEST(RendezvousTest, HolderGetsEachRequestOnceAndHoldsUntilThereIsNone) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    EXPECT_EQ(Hold::kDelegated, operation.hold(life, Cause::kTimedOut));
    EXPECT_EQ(Hold::kDelegated, operation.hold(life, Cause::kCancelled));
    EXPECT_EQ(Release::kCancelFirst, operation.release()) << "the caller's cancel comes first";
    EXPECT_EQ(Hold::kDelegated, operation.hold(life)) << "it is still held";
    EXPECT_EQ(Release::kCancelFirst, operation.release());
    EXPECT_EQ(Release::kTimeOutFirst, operation.release());
    EXPECT_EQ(Hold::kDelegated, operation.hold(life, Cause::kTimedOut)) << "it is still held";
    EXPECT_EQ(Release::kTimeOutFirst, operation.release());
    EXPECT_EQ(Release::kDone, operation.release());
}

TEST(RendezvousTest, GainingTheHoldLeavesNoRequest) {
    for (const Cause cause : {Cause::kCancelled, Cause::kTimedOut}) {
        Rendezvous operation;
        operation.begin();
        ASSERT_EQ(Release::kDone, operation.release());
        ASSERT_EQ(Hold::kGained, operation.hold(operation.generation(), cause));
        EXPECT_EQ(Release::kDone, operation.release());
    }
}

TEST(RendezvousTest, FirstCauseCountsUntilTheEnd) {
    for (const Cause first : {Cause::kCancelled, Cause::kTimedOut}) {
        const Cause second = first == Cause::kCancelled ? Cause::kTimedOut : Cause::kCancelled;
        Rendezvous operation;
        operation.begin();
        EXPECT_FALSE(operation.wasCancelledFor(first));
        operation.cancelledFor(first);
        operation.cancelledFor(second);
        EXPECT_EQ(Arrival::kHeld, operation.arrive(false));
        EXPECT_FALSE(operation.publish());
        ASSERT_EQ(Release::kFinish, operation.release());
        ASSERT_EQ(Arrival::kAlone, operation.arrive(true)) << "it has been self-posted";
        EXPECT_TRUE(operation.wasCancelledFor(first));
        EXPECT_FALSE(operation.wasCancelledFor(second));
        operation.end();
        operation.begin();
        EXPECT_FALSE(operation.wasCancelledFor(first)) << "another generation";
    }
}

TEST(RendezvousTest, PacketOfAnotherGenerationIsForeign) {
    Rendezvous operation;
    operation.begin();
    const std::uint64_t life = operation.generation();
    ASSERT_EQ(Release::kDone, operation.release());
    EXPECT_EQ(Arrival::kForeign, operation.arrive(false, life + 1));
    ASSERT_EQ(Arrival::kAlone, operation.arrive(false, life));
    operation.end();
    operation.beginSelfPosted();
    EXPECT_EQ(Arrival::kForeign, operation.arrive(true, life));
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true, life + 1));
}

TEST(RendezvousTest, CancelIsTooLateForWhatIsOver) {
    Rendezvous operation;
    EXPECT_FALSE(operation.alive(operation.generation()));
    EXPECT_EQ(Hold::kOver, operation.hold(operation.generation()));

    operation.begin();
    const std::uint64_t first = operation.generation();
    ASSERT_EQ(Release::kDone, operation.release());
    ASSERT_EQ(Arrival::kAlone, operation.arrive(false));
    EXPECT_EQ(Hold::kOver, operation.hold(first));
    operation.end();
    EXPECT_EQ(Hold::kOver, operation.hold(first));

    operation.begin();
    const std::uint64_t second = operation.generation();
    EXPECT_NE(first, second);
    EXPECT_FALSE(operation.alive(first));
    EXPECT_EQ(Hold::kOver, operation.hold(first)) << "not the next operation in the same slot";
    ASSERT_TRUE(operation.claimByHolder());
    EXPECT_EQ(Hold::kOver, operation.hold(second));
    operation.selfPost();
    EXPECT_EQ(Hold::kOver, operation.hold(second));
    ASSERT_EQ(Arrival::kAlone, operation.arrive(true));
    operation.end();

    operation.beginSelfPosted();
    EXPECT_EQ(Hold::kOver, operation.hold(operation.generation())) << "posted packets cannot be cancelled";
    EXPECT_EQ(Arrival::kAlone, operation.arrive(true));
}

TEST(RendezvousTest, GenerationsDoNotRepeat) {
    Rendezvous operation;
    std::uint64_t last = operation.generation();
    for (int i = 0; i < 1'000; ++i) {
        operation.begin();
        EXPECT_EQ(last, operation.generation());
        (void)operation.hold(last);
        operation.end();
        EXPECT_EQ(last + 1, operation.generation());
        last = operation.generation();
    }
}

}  // namespace
}  // namespace iocp4j
