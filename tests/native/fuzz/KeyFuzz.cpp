// Fuzz target: a key finds only the object that it was issued for. Invented, stale and closed keys find nothing.

#include <memory>
#include <vector>

#include "Input.h"
#include "engine/lifetime/SlotTable.h"
#include "engine/port/CompletionPort.h"

namespace iocp4j::fuzz {
namespace {

struct Thing {
    explicit Thing(std::size_t number) noexcept : index(number) {}

    const std::size_t index;  // in the model
};

// One table for all runs, because tables are never freed.
SlotTable<Thing>& table() {
    static auto& things = *new SlotTable<Thing>;
    return things;
}

class Model {
public:
    explicit Model(Input& input) : input_(input) {}

    ~Model() {
        for (const Entry& entry : entries_) {
            if (!entry.closed) {
                close(entry.key);
            }
        }
        for (Entry& entry : entries_) {
            while (entry.inside > 0) {
                leave(entry);
            }
            expect(entry.thing == nullptr, "an object has not ended");
        }
    }

    void run() {
        while (!input_.empty()) {
            switch (input_.below(8)) {
                case 0:
                    open();
                    break;
                case 1:
                case 2:
                    enter(anyKey());
                    break;
                case 3:
                    close(anyKey());
                    break;
                case 4:
                    if (Entry* entry = anyEntry(); entry != nullptr && entry->inside > 0) {
                        leave(*entry);
                    }
                    break;
                case 5:
                    if (Entry* entry = anyEntry(); entry != nullptr && entry->inside > 0) {
                        table().share(entry->key);
                        ++entry->inside;
                    }
                    break;
                case 6:
                    await(anyKey());
                    break;
                case 7:
                    useElsewhere(anyKey());
                    break;
            }
        }
    }

private:
    using Key = std::uint64_t;

    struct Entry {
        Key key;
        std::unique_ptr<Thing> thing;  // nullptr after its end
        std::uint32_t inside = 0;
        bool closed = false;
    };

    void open() {
        auto thing = std::make_unique<Thing>(entries_.size());
        Key key = 0;
        expect(table().open(thing.get(), key), "the table is full");
        expect(find(key) == nullptr, "a key was issued twice");
        entries_.push_back({key, std::move(thing)});
    }

    void enter(Key key) {
        Entry* entry = find(key);
        const Thing* thing = table().enter(key);
        const bool may = entry != nullptr && !entry->closed;
        expect((thing != nullptr) == may, may ? "a key was refused" : "an invalid key was accepted");
        if (may) {
            expect(thing == entry->thing.get() && &entries_[thing->index] == entry, "a key found another object");
            ++entry->inside;
        }
    }

    void leave(Entry& entry) {
        --entry.inside;
        const bool last = entry.closed && entry.inside == 0;
        expect(table().leave(entry.key) == last, "leave() has not identified the last user");
        if (last) {
            end(entry);
        }
    }

    void close(Key key) {
        Entry* entry = find(key);
        const Gate::Closing closing = table().close(key);
        if (entry == nullptr || entry->closed) {
            expect(closing == Gate::Closing::kRefused, "close() accepted an invalid key");
            return;
        }
        entry->closed = true;
        expect(closing == (entry->inside > 0 ? Gate::Closing::kBusy : Gate::Closing::kEmpty),
               "close() returned a wrong result");
        if (entry->inside == 0) {
            end(*entry);
        }
    }

    static void end(Entry& entry) {
        entry.thing.reset();
        table().dispose(entry.key);
    }

    void await(Key key) {
        const bool gone = table().awaitDisposed(key, SlotTable<Thing>::Clock::time_point::min());
        if (const Entry* entry = find(key)) {
            expect(gone == (entry->thing == nullptr), "awaitDisposed() returned a wrong result");
        }
    }

    // A key that was never issued.
    static void useElsewhere(Key key) {
        constexpr auto kPast = SlotTable<Thing>::Clock::time_point::min();
        expect(!Share<Device>{key}, "a device was found");
        expect(!Share<CompletionPort>{key}, "a port was found");
        expect(!CompletionPort::isOpen(key), "an open port was found");
        Device::close(key);
        CompletionPort::close(key);
        (void)Device::awaitClosed(key, kPast);
        (void)CompletionPort::awaitClosed(key, kPast);
    }

    Entry* find(Key key) {
        for (Entry& entry : entries_) {
            if (entry.key == key) {
                return &entry;
            }
        }
        return nullptr;
    }

    Entry* anyEntry() { return entries_.empty() ? nullptr : &entries_[input_.below(entries_.size())]; }

    Key anyKey() {
        const unsigned kind = input_.below(6);
        const Entry* entry = anyEntry();
        if (kind == 0 || entry == nullptr) {
            return input_.number();
        }
        switch (kind) {
            case 1:
                return entry->key ^ (Key{1} << input_.below(64));
            case 2:
                return entry->key + (Key{input_.byte()} << 32);
            case 3:
                return entry->key - (Key{input_.byte()} << 32);
            default:
                return entry->key;
        }
    }

    Input& input_;
    std::vector<Entry> entries_;
};

}  // namespace
}  // namespace iocp4j::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    iocp4j::fuzz::Input input{data, size};
    iocp4j::fuzz::Model{input}.run();
    return 0;
}
